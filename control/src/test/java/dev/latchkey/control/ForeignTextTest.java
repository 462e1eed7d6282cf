package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.v1.KeyServiceGrpc;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.ListKeysResponse;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A body that no parser takes is the fault of who sent it, and is answered as such. */
class ForeignTextTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static RunningControlPlane control;

    @BeforeAll
    static void start() throws IOException {
        control = new RunningControlPlane(REDIS.uri());
        Awaitility.await().until(control.plane::ready);
    }

    @AfterAll
    static void stop() {
        control.close();
    }

    static Stream<Arguments> bodies() {
        return Stream.of(
                argumentSet("arrays 30,000 deep", "[".repeat(30_000)),
                argumentSet("a member 1,001 arrays deep", "{\"name\":" + "[".repeat(1001) + "]".repeat(1001) + "}"),
                argumentSet("objects 9,000 deep", "{\"a\":".repeat(9000)),
                argumentSet("a number of 5,000 digits", "{\"name\":" + "9".repeat(5000) + "}"),
                argumentSet("a fraction of 5,000 digits", "{\"name\":0." + "9".repeat(5000) + "}"),
                argumentSet("a number beyond all bounds", "{\"name\":1e99999999}"),
                argumentSet("an exponent of 900 digits", "{\"name\":1e" + "9".repeat(900) + "}"),
                argumentSet("a name of 51,000 characters", "{\"" + "n".repeat(51_000) + "\":1}"),
                argumentSet("a string of 60,000 characters", "{\"name\":\"" + "n".repeat(60_000) + "\"}"),
                argumentSet("not a number", "{\"name\":NaN}"),
                argumentSet("half a surrogate pair", "{\"name\":\"\\ud800\",\"\\udc00\":1}"),
                argumentSet("a NUL character", "{\"name\":\"\\u0000\"}"),
                argumentSet("cut off in an escape", "{\"name\":\"\\u00"),
                argumentSet("a byte order mark alone", "\ufeff"),
                argumentSet("a comment", "/* */{}"),
                argumentSet("single quotes", "{'name':'a'}"));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void rest_bodyBeyondAParser_isTheCallersFault(String body) throws IOException {
        AggregatedHttpResponse answer = WebClient.of("h1c://127.0.0.1:" + control.plane.port())
                .execute(
                        RequestHeaders.builder(HttpMethod.POST, "/v1/workspaces/ws_1/keys")
                                .set(HttpHeaderNames.AUTHORIZATION, "Bearer " + RunningControlPlane.ALICE)
                                .contentType(MediaType.JSON)
                                .build(),
                        body)
                .aggregate()
                .join();

        assertThat(answer.status().code()).as(answer.contentUtf8()).isEqualTo(400);
        assertThat(answer.contentUtf8()).contains("\"detail\":\"").doesNotContain("\"detail\":\"\"");
    }

    @Test
    void grpc_bytesThatAreNoMessage_areTheCallersFault() {
        for (String bytes : new String[] {"\n\u007f", "\u000f\u0001", "\n\u0002\u00ff", "\u0000"}) {
            assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                            io.grpc.ClientInterceptors.intercept(
                                    control.channel,
                                    MetadataUtils.newAttachHeadersInterceptor(
                                            RunningControlPlane.authorization("Bearer " + RunningControlPlane.ALICE))),
                            raw(),
                            CallOptions.DEFAULT,
                            bytes.getBytes(StandardCharsets.ISO_8859_1)))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
        }
    }

    private static MethodDescriptor<byte[], ListKeysResponse> raw() {
        MethodDescriptor<ListKeysRequest, ListKeysResponse> method = KeyServiceGrpc.getListKeysMethod();
        return method.toBuilder(new Bytes(), method.getResponseMarshaller()).build();
    }

    private static final class Bytes implements Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            throw new UnsupportedOperationException("only sent");
        }
    }
}
