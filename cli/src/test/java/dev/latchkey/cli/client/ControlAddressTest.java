package dev.latchkey.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.cli.output.CommandFailure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlAddressTest {
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:9193,   http://127.0.0.1:9193",
        "http://control:9193/,    http://control:9193",
        "HTTP://control,          http://control:80",
        "https://control,         https://control:443",
        "https://[::1]:9193,      https://[::1]:9193",
    })
    void parse_url_isHostAndPort(String url, String expected) {
        assertThat(ControlAddress.parse(url, "--control")).hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "control",
                "control:9193",
                "127.0.0.1:9193",
                "http://",
                "http:///v1",
                "ftp://control:9193",
                "http://control:9193/v1",
                "http://control:9193?a=b",
                "http://control:9193#a",
                "http://control:0",
                "http://control:65536",
                "http://con trol:9193",
                "http://a_b:9193",
            })
    void parse_notAnAddress_isRefusedWithIt(String url) {
        assertThatThrownBy(() -> ControlAddress.parse(url, "--control"))
                .isInstanceOf(CommandFailure.class)
                .hasMessage("--control: " + url + " (expected: http://host:port or https://host:port)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://me:secret@control:9193", "https://secret@control"})
    void parse_urlWithAUser_isRefusedWithoutIt(String url) {
        assertThatThrownBy(() -> ControlAddress.parse(url, "--control"))
                .isInstanceOf(CommandFailure.class)
                .hasMessage("--control: has a user (expected: http://host:port or https://host:port)");
    }
}
