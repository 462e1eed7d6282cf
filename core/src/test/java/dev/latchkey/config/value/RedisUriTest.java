package dev.latchkey.config.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RedisUriTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "redis://127.0.0.1,             127.0.0.1, 6379, 0, false, ,    ,     redis://127.0.0.1",
        "redis://redis:6380/,           redis,     6380, 0, false, ,    ,     redis://redis:6380/",
        "redis://:p%40%3aw@h/3,         h,         6379, 3, false, ,    p@:w, redis://:***@h/3",
        "rediss://user:p:w@h.example:1, h.example, 1,    0, true,  user, p:w, rediss://user:***@h.example:1",
        "redis://u:p@[::1]:6380/15,     [::1],     6380, 15, false, u,  p,    redis://u:***@[::1]:6380/15",
    })
    void parse_redisUri_asLettuceReadsItAndShownWithoutPassword(
            String text,
            String host,
            int port,
            int database,
            boolean tls,
            @Nullable String user,
            @Nullable String password,
            String shown) {
        RedisUri uri = RedisUri.parse(text);
        RedisURI read = RedisURI.create(uri.reveal());
        RedisCredentials login =
                read.getCredentialsProvider().resolveCredentials().block();

        assertThat(uri).hasToString(shown);
        assertThat(read.getHost()).isEqualTo(host);
        assertThat(read.getPort()).isEqualTo(port);
        assertThat(read.getDatabase()).isEqualTo(database);
        assertThat(read.isSsl()).isEqualTo(tls);
        assertThat(login.getUsername()).isEqualTo(user);
        assertThat(login.getPassword()).isEqualTo(password == null ? null : password.toCharArray());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "h:6379,                        its scheme is not supported",
        "REDIS://h,                     its scheme is not supported",
        "redis-sentinel://h?sentinelMasterId=m, its scheme is not supported",
        "redis-socket:///run/r.sock,    its scheme is not supported",
        "redis://,                      it is not a URI with a host",
        "redis://:6379,                 it is not a URI with a host",
        "redis://my_redis:6379,         it is not a URI with a host",
        "'redis://a,b',                 it is not a URI with a host",
        "redis://u:p@q@h,               it is not a URI with a host",
        "redis://u:%zz@h,               it is not a URI with a host",
        "redis://u:p w@h,               it is not a URI with a host",
        "redis://pw@h,                  its login is not user:password",
        "redis://u:@h,                  its login is not user:password",
        "redis://h:0,                   its port is not within 1 to 65535",
        "redis://h:65536,               its port is not within 1 to 65535",
        "redis://h/a,                   its database is not a number",
        "redis://h/-1,                  its database is not a number",
        "redis://h/1/2,                 its database is not a number",
        "redis://h?timeout=1s,          it has parameters",
        "rediss://h?verifyPeer=NONE,    it has parameters",
        "redis://h#a,                   it has parameters",
    })
    void parse_anotherForm_saysWhatIsWrong(String text, String problem) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RedisUri.parse(text))
                .withMessageStartingWith(problem)
                .withMessageEndingWith(
                        "(expected: redis://[user:password@]host[:port][/database], or rediss:// for TLS)");
    }
}
