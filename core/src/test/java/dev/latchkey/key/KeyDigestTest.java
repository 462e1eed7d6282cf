package dev.latchkey.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyDigestTest {
    private static final String TEXT = "1.-0nOLdc1kPdOL4EU21BqK1bkxmPkd6K_ighZFUDULAo";

    @Test
    void of_itsText_isTheSameDigest() {
        KeyDigest digest = KeyDigest.of(TEXT);

        assertThat(digest.text()).isEqualTo(TEXT);
        assertThat(digest.pepperVersion()).isEqualTo(1);
        assertThat(digest).isEqualTo(KeyDigest.of(TEXT)).hasSameHashCodeAs(KeyDigest.of(TEXT));
    }

    @Test
    void equals_anotherPepperOrAnotherKey_isNot() {
        assertThat(KeyDigest.of(TEXT))
                .isNotEqualTo(KeyDigest.of("2" + TEXT.substring(1)))
                .isNotEqualTo(Digests.named("other"));
    }

    /** The last one says the same in another way: two names for one digest would be two entries in a cache. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1.",
                "1.x",
                "0.-0nOLdc1kPdOL4EU21BqK1bkxmPkd6K_ighZFUDULAo",
                "1:-0nOLdc1kPdOL4EU21BqK1bkxmPkd6K_ighZFUDULAo",
                "1.-0nOLdc1kPdOL4EU21BqK1bkxmPkd6K_ighZFUDULA",
                "1.-0nOLdc1kPdOL4EU21BqK1bkxmPkd6K_ighZFUDULAoA",
                "1.+0nOLdc1kPdOL4EU21BqK1bkxmPkd6K/ighZFUDULAo",
                "1.-0nOLdc1kPdOL4EU21BqK1bkxmPkd6K_ighZFUDULAp"
            })
    void read_anythingElse_isNone(String text) {
        assertThat(KeyDigest.read(text)).isEmpty();
        assertThatThrownBy(() -> KeyDigest.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("nOLdc1kPdOL4EU21BqK1bkxmPkd6K");
    }

    @Test
    void toString_tellsNoPartOfIt() {
        assertThat(KeyDigest.of(TEXT)).hasToString("1.…");
    }
}
