package dev.latchkey.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoggedStreamTest {
    private final List<String> logged = new ArrayList<>();
    private final PrintStream stream =
            new PrintStream(new LoggedStream(logged::add), /* autoFlush= */ false, StandardCharsets.UTF_8);

    @Test
    void print_inPieces_isLoggedOnceItsLineEnds() {
        stream.print("half ");
        stream.printf("of %d\r%n", 2);
        stream.print("\nü");
        stream.flush();
        assertThat(logged).containsExactly("half of 2");

        stream.println();
        assertThat(logged).containsExactly("half of 2", "ü");
    }

    @Test
    void trace_isLoggedLineByLine() {
        new IllegalStateException("malformed").printStackTrace(stream);

        assertThat(logged.get(0)).isEqualTo("java.lang.IllegalStateException: malformed");
        assertThat(logged.get(1)).startsWith("\tat dev.latchkey.cli.process.LoggedStreamTest.trace");
    }

    @Test
    void line_withoutEnd_isLoggedInParts() {
        stream.print("a".repeat(20_000));

        assertThat(logged).containsExactly("a".repeat(8192), "a".repeat(8192));
    }
}
