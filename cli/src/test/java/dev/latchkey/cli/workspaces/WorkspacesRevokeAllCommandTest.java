package dev.latchkey.cli.workspaces;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.FakeControl;
import dev.latchkey.cli.Run;
import dev.latchkey.cli.environment.SecretInput;
import dev.latchkey.cli.environment.Surroundings;
import dev.latchkey.cli.environment.Termination;
import dev.latchkey.v1.RevokeAllKeysRequest;
import dev.latchkey.v1.RevokeAllKeysResponse;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkspacesRevokeAllCommandTest {
    private static final RevokeAllKeysRequest REQUEST = RevokeAllKeysRequest.newBuilder()
            .setWorkspace("ws_1")
            .setReason("laptop stolen")
            .setRequestId("r1")
            .build();

    private final FakeControl control;

    WorkspacesRevokeAllCommandTest() throws IOException {
        control = new FakeControl();
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void revokeAll_severalCalls_areRepeatedUntilItIsDone() {
        control.answer(part(1, false), part(999, false), part(500, true), part(0, true));

        assertThat(run("", "--yes")).isEqualTo(new Run(0, """
                workspace  ws_1
                revoked    1500 keys
                """, "1 key revoked so far\n1000 keys revoked so far\n"));
        assertThat(run("", "--yes", "--output=json").out()).isEqualTo("{\"revoked\":0,\"done\":true}\n");
        assertThat(control.requests()).hasSize(4).containsOnly(REQUEST);
    }

    @Test
    void revokeAll_itStopsInTheMiddle_saysWhatWasDoneAndWhy() {
        control.answer(
                part(7, false),
                Status.UNAVAILABLE
                        .withDescription("this call has revoked 3 keys of ws_1")
                        .asRuntimeException());

        Run run = run("", "--yes");

        assertThat(run.status()).isEqualTo(3);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("7 keys revoked so far\n").contains("this call has revoked 3 keys");
    }

    @Test
    void revokeAll_notConfirmed_doesNothing() {
        for (String answer : new String[] {"", "no"}) {
            Run run = run(answer);

            assertThat(run.status()).isEqualTo(2);
            assertThat(run.err()).contains("nothing was done", "--yes");
        }
        assertThat(control.requests()).isEmpty();
    }

    @Test
    void revokeAll_confirmed_isDone() {
        control.answer(part(2, true));

        assertThat(run("yes").out()).contains("revoked    2 keys\n");
    }

    @Test
    void revokeAll_withoutAReason_isWrongUsage() {
        Run run = control.run("workspaces", "revoke-all", "ws_1", "--yes");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--reason");
    }

    /** @param answer to the question, or empty where there is no terminal */
    private Run run(String answer, String... more) {
        SecretInput terminal = new SecretInput() {
            @Override
            public String read() {
                throw new IllegalStateException("no key is read");
            }

            @Override
            public boolean confirms(String question) {
                assertThat(question).isEqualTo("Revoke all keys of workspace ws_1 for good?");
                return answer.equals("yes");
            }
        };
        SecretInput input = answer.isEmpty() ? () -> "" : terminal;
        Surroundings surroundings =
                new Surroundings(control.variables(), Termination.onRequest(), Duration.ofSeconds(10), input);
        String[] args = {"workspaces", "revoke-all", "ws_1", "--reason", "laptop stolen", "--request-id=r1"};
        String[] all = new String[args.length + more.length];
        System.arraycopy(args, 0, all, 0, args.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return Run.of(surroundings, all);
    }

    private static RevokeAllKeysResponse part(int revoked, boolean done) {
        return RevokeAllKeysResponse.newBuilder()
                .setRevoked(revoked)
                .setDone(done)
                .build();
    }
}
