package dev.latchkey.server.authz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.decision.AccessRequest;
import dev.latchkey.key.Credential;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.server.authz.Captures.Capture;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reading without the generated classes says what reading by them says. */
class CheckRequestsTest {
    private static final int MUTANTS = 300;

    private final KeyFormat format = new KeyFormat("opt", /* acceptImported= */ true);
    private final IdentityHeaders identity = new IdentityHeaders("x-latchkey-");
    private final CheckRequests requests = new CheckRequests(format, identity);
    private final GeneratedCheckRequests generated = new GeneratedCheckRequests(format, identity);

    static List<Capture> captures() {
        return Captures.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("captures")
    void read_asRecorded_isWhatTheGeneratedClassesRead(Capture capture) throws Exception {
        byte[] message = capture.request().toByteArray();

        assertThat(told(requests.read(message))).isEqualTo(told(generated.read(capture.request())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("captures")
    void read_damaged_isWhatTheGeneratedClassesReadOrRefused(Capture capture) {
        Random random = new Random(capture.toString().hashCode());
        byte[] message = capture.request().toByteArray();
        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = mutated(message, random);
            CheckRequest parsed = parsed(mutant);
            if (parsed != null) {
                assertThat(told(read(mutant))).isEqualTo(told(generated.read(parsed)));
            }
        }
    }

    @Test
    void read_messagesThatComeTwice_areOne() throws Exception {
        byte[] message = joined(
                request(HttpRequest.newBuilder().setMethod("POST").setPath("/a").putHeaders("origin", "x")),
                request(HttpRequest.newBuilder().setPath("/b").putHeaders("content-type", "application/grpc")));

        IncomingCheck check = requests.read(message);

        assertThat(told(check)).isEqualTo(told(generated.read(CheckRequest.parseFrom(message))));
        assertThat(check.access().method()).isEqualTo("POST");
        assertThat(check.access().path()).hasToString("/b");
        assertThat(check.grpc()).isTrue();
    }

    @Test
    void read_bothEncodings_onlyTheRawOneCounts() throws Exception {
        HttpRequest.Builder http = HttpRequest.newBuilder()
                .setPath("/a")
                .putHeaders("authorization", "Bearer opt_live_abc123def456ghi789")
                .setHeaderMap(HeaderMap.newBuilder()
                        .addHeaders(HeaderValue.newBuilder().setKey("accept").setValue("*")));
        byte[] rawLast = request(http);
        byte[] rawFirst = joined(
                request(HttpRequest.newBuilder().setHeaderMap(http.getHeaderMap())),
                request(http.clone().clearHeaderMap()));

        for (byte[] message : List.of(rawLast, rawFirst)) {
            assertThat(requests.read(message).access().credential()).isEqualTo(Credential.Absent.NO_HEADER);
        }
    }

    @Test
    void read_authorizationTwiceInTheJoinedHeaders_isNoKey() throws Exception {
        HttpRequest.Builder http = HttpRequest.newBuilder()
                .setPath("/a")
                .putHeaders("authorization", "Bearer opt_live_abc123def456ghi789");

        IncomingCheck check = requests.read(joined(request(http), request(http)));

        assertThat(check.access().credential()).isEqualTo(Credential.Malformed.NOT_A_KEY);
    }

    @Test
    void read_pathThatIsNotUtf8_isRefused() {
        byte[] message = request(HttpRequest.newBuilder().setPath("/abc"));
        for (int i = 0; i < message.length; i++) {
            if (message[i] == 'b') {
                message[i] = (byte) 0xe9;
            }
        }

        assertThatThrownBy(() -> requests.read(message)).isInstanceOf(InvalidProtocolBufferException.class);
    }

    private static byte[] request(HttpRequest.Builder http) {
        return CheckRequest.newBuilder()
                .setAttributes(AttributeContext.newBuilder()
                        .setRequest(AttributeContext.Request.newBuilder().setHttp(http)))
                .build()
                .toByteArray();
    }

    private static byte[] joined(byte[]... messages) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] message : messages) {
            all.writeBytes(message);
        }
        return all.toByteArray();
    }

    private static byte[] mutated(byte[] message, Random random) {
        byte[] mutant = message.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
        }
        return random.nextInt(8) == 0 ? Arrays.copyOf(mutant, random.nextInt(mutant.length)) : mutant;
    }

    private static @Nullable CheckRequest parsed(byte[] message) {
        try {
            return CheckRequest.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    private IncomingCheck read(byte[] message) {
        try {
            return requests.read(message);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("the generated classes can read it", e);
        }
    }

    /** All that was read, in words. */
    private static List<Object> told(IncomingCheck check) {
        AccessRequest access = check.access();
        return List.of(
                access.routeConfig(),
                access.authority(),
                access.method(),
                String.valueOf(access.path()),
                access.credential() instanceof Credential.Presented key
                        ? key.key().reveal()
                        : access.credential().toString(),
                access.preflight(),
                String.valueOf(check.requestId().shown()),
                check.grpc(),
                check.mentionsKey(),
                check.otherSpellings());
    }
}
