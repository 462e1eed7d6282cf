package dev.latchkey.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.Run;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--output json pepper generate --version-number 3",
                "--output=json pepper generate --version-number 3",
                "pepper --output json generate --version-number 3",
                "pepper generate --output json --version-number 3",
                "pepper generate --version-number 3 --output json",
            })
    void output_anywhereInTheLine_holds(String line) {
        Run run = Run.of(Map.of(), line.split(" "));

        assertThat(run.status()).isZero();
        assertThat(run.out()).matches("\\{\"pepper\":\"3:[A-Za-z0-9+/]{43}=\"}\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pepper generate", "--output table pepper generate", "pepper generate --output table"})
    void output_notJson_isText(String line) {
        assertThat(Run.of(Map.of(), line.split(" ")).out()).matches("1:[A-Za-z0-9+/]{43}=\n");
    }
}
