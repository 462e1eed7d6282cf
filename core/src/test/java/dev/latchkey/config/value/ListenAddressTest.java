package dev.latchkey.config.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ListenAddressTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:9191,      127.0.0.1,   9191",
        "0.0.0.0:0,           0.0.0.0,     0",
        "localhost:65535,     localhost,   65535",
        "side-car.ns.svc:1,   side-car.ns.svc, 1",
        "[::1]:9191,          ::1,         9191",
        "[::]:80,             ::,          80",
        "[::ffff:10.0.0.1]:1, ::ffff:10.0.0.1, 1",
    })
    void parse_hostAndPort_tcp(String text, String host, int port) {
        ListenAddress address = ListenAddress.parse(text);

        assertThat(address).isEqualTo(new ListenAddress.Tcp(host, port)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({"unix:/run/latchkey.sock, /run/latchkey.sock", "unix:@latchkey, @latchkey", "unix:/a b, /a b"})
    void parse_unix_path(String text, String path) {
        assertThat(ListenAddress.parse(text))
                .isEqualTo(new ListenAddress.Unix(path))
                .hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":9191",
                "9191",
                "127.0.0.1",
                "127.0.0.1:",
                "127.0.0.1:65536",
                "127.0.0.1:-1",
                "127.0.0.1:+1",
                "127.0.0.1: 1",
                "127.1:1",
                "256.0.0.1:1",
                "01.0.0.1:1",
                "1:1",
                "::1:9191",
                "[::1]",
                "[::1:1",
                "[:::1]:1",
                "[1.2.3.4]:1",
                "[fe80::1%lo]:1",
                "-a:1",
                "a-:1",
                "a..b:1",
                "a.:1",
                "a_b:1",
                "ü:1",
                "*:1",
                "http://a:1",
                "a:1\n",
                "unix:",
                "unix:/",
                "unix:@",
                "unix:a.sock",
                "unix:./a",
                "unix:/a\n",
                "unix:/a\0b",
                "UNIX:/a",
            })
    void parse_anotherForm_refused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenAddress.parse(text))
                .withMessageStartingWith(SettingProblems.printable(text) + " (expected: host:port, such as")
                .withMessageEndingWith(", or unix:/path, or unix:@name)");
    }

    @Test
    void parse_unixPath_upTo107Bytes() {
        String longest = "unix:/" + "a".repeat(106);

        assertThat(ListenAddress.parse(longest)).hasToString(longest);
        assertThatIllegalArgumentException().isThrownBy(() -> ListenAddress.parse(longest + "a"));
        assertThatIllegalArgumentException().isThrownBy(() -> ListenAddress.parse("unix:/" + "a".repeat(105) + "ü"));
    }
}
