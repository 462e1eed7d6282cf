package dev.latchkey.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
    @ParameterizedTest(name = "{0} is nearest to {1}")
    @CsvSource({"cases:raed, cases:read", "case:write, cases:write", "parties, parties:read", "xyz, cases:read"})
    void of_mistypedName_isTheOneMeant(String text, String expected) {
        assertThat(NearestName.of(text, List.of("cases:read", "cases:write", "parties:read")))
                .isEqualTo(expected);
    }

    @Test
    void of_noNames_isNull() {
        assertThat(NearestName.of("x", List.of())).isNull();
    }
}
