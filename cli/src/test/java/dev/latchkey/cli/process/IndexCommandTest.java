package dev.latchkey.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.FakeControl;
import dev.latchkey.cli.Run;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.v1.RebuildIndexRequest;
import dev.latchkey.v1.RebuildIndexResponse;
import io.grpc.Status;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IndexCommandTest {
    private final FakeControl control;

    IndexCommandTest() throws IOException {
        control = new FakeControl();
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void rebuild_severalCalls_goOnFromTokenToToken() {
        control.answer(part(1000, 1, "a"), part(500, 0, "b"), part(2, 3, ""), part(7, 0, ""));

        assertThat(control.run("index", "rebuild"))
                .isEqualTo(new Run(
                        0, """
                compared  1502 records
                mended    4 records
                """, "1000 records compared so far, 1 mended\n1500 records compared so far, 1 mended\n"));
        assertThat(control.run("index", "rebuild", "--output=json").out())
                .isEqualTo("{\"compared\":7,\"mended\":0,\"next_page_token\":\"\"}\n");
        assertThat(control.requests()).containsExactly(request(""), request("a"), request("b"), request(""));
    }

    @Test
    void rebuild_stopsInTheMiddle_failsAndHasToldHowFarItWas() {
        control.answer(
                part(9, 0, "a"),
                Status.UNAVAILABLE.withDescription("Redis is gone").asRuntimeException());

        Run run = control.run("index", "rebuild");

        assertThat(run.status()).isEqualTo(CommandFailure.UNREACHABLE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("9 records compared so far").contains("Redis is gone");
    }

    private static RebuildIndexRequest request(String token) {
        return RebuildIndexRequest.newBuilder().setPageToken(token).build();
    }

    private static RebuildIndexResponse part(int compared, int mended, String token) {
        return RebuildIndexResponse.newBuilder()
                .setCompared(compared)
                .setMended(mended)
                .setNextPageToken(token)
                .build();
    }
}
