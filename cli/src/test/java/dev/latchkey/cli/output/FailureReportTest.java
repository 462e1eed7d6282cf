package dev.latchkey.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FailureReportTest {
    private static final String SECRET = "opt_live_0000000000000000000000000000000046uziL";

    private final StringWriter err = new StringWriter();

    @Test
    void handle_unexpectedFailure_isOneLineWithoutSecret() {
        int status = handle(Map.of(), new IllegalStateException("no\nplace for " + SECRET));

        assertThat(status).isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo("latchkey: internal error: java.lang.IllegalStateException: no\\u000aplace for <key>;"
                        + " LATCHKEY_DEBUG=1 shows where\n");
    }

    @Test
    void handle_unexpectedFailureInDebugging_showsWhereWithoutSecret() {
        int status = handle(Map.of("LATCHKEY_DEBUG", "1"), new StackOverflowError("in " + SECRET));

        assertThat(status).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("latchkey: internal error: java.lang.StackOverflowError: in <key>\n")
                .contains("\tat dev.latchkey.cli.output.FailureReportTest")
                .doesNotContain(SECRET);
    }

    @Test
    void handle_expectedFailure_hasItsStatusAndNoStackTrace() {
        int status = handle(Map.of("LATCHKEY_DEBUG", "1"), CommandFailure.unreachable("nobody there"));

        assertThat(status).isEqualTo(3);
        assertThat(err.toString()).isEqualTo("latchkey: nobody there\n");
    }

    private int handle(Map<String, String> variables, Throwable failure) {
        return new FailureReport(variables).handle(failure, new PrintWriter(err, true));
    }
}
