package dev.latchkey.policy.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaseFoldingTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "capital letters,              /V1/CASES, /v1/cases",
        "a letter that is not ASCII,   É,         é",
        "a sharp s and its long form,  straße,    STRASSE",
        "a capital sharp s,            ẞ,         ß",
        "the Kelvin sign,              \u212A,    k",
        "a long s,                     ſ,         S",
        "a dotted capital i,           İ,         i",
        "a dotless small i,            ı,         I",
        "a final sigma,                ς,         Σ",
        "a ligature,                   ﬁ,         FI",
        "letters beyond the first plane, 𐐀,       𐐨"
    })
    void fold_textsThatSomebodyTakesForEqual_areEqual(String row, String one, String other) {
        assertThat(CaseFolding.fold(one)).isEqualTo(CaseFolding.fold(other));
    }

    @Test
    void fold_everyCodePoint_isStableAndJoinsWhatSimpleMappingsJoin() {
        IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(Character::isDefined)
                .forEach(c -> {
                    String folded = CaseFolding.fold(Character.toString(c));
                    boolean stable = CaseFolding.fold(folded).equals(folded);
                    boolean joined = folded.equals(CaseFolding.fold(Character.toString(Character.toUpperCase(c))))
                            && folded.equals(CaseFolding.fold(Character.toString(Character.toLowerCase(c))))
                            && folded.equals(
                                    CaseFolding.fold(Character.toString(c).toUpperCase(Locale.ROOT)));
                    if (!stable || !joined) {
                        throw new AssertionError(String.format("U+%04X: %s", c, folded));
                    }
                });
    }

    @Test
    void fold_textsThatDiffer_stayDifferent() {
        assertThat(CaseFolding.fold("cases")).isNotEqualTo(CaseFolding.fold("case"));
        assertThat(CaseFolding.fold("é")).isNotEqualTo(CaseFolding.fold("e"));
    }

    @Test
    void fold_segmentsWithoutCase_areTheSameArray() {
        String[] segments = {"v1", "cases", "42"};

        assertThat(CaseFolding.fold(segments)).isSameAs(segments);
    }

    @Test
    void fold_segmentsWithCase_areCopied() {
        String[] segments = {"v1", "Cases", "X"};

        assertThat(CaseFolding.fold(segments)).containsExactly("v1", "cases", "x");
        assertThat(segments).containsExactly("v1", "Cases", "X");
    }
}
