package dev.latchkey.control.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.key.Ids;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class KeyIdsTest {
    private final SecureRandom random = new SecureRandom();

    @Test
    void next_time_isTheUlidOfThatTime() {
        // The example of the ULID specification.
        assertThat(KeyIds.next(1_469_918_176_385L, random))
                .startsWith("key_01aryz6s41")
                .hasSize(30);
    }

    @Test
    void next_laterMillisecond_sortsAfter() {
        for (long millis = 1; millis < 1L << 48; millis *= 3) {
            assertThat(KeyIds.next(millis + 1, random)).isGreaterThan(KeyIds.next(millis, random));
        }
    }

    @Test
    void next_anyTime_isAnIdOfTheIndex() {
        assertThat(Ids.isId(KeyIds.next((1L << 48) - 1, random))).isTrue();
    }

    @Test
    void next_sameTime_isAnother() {
        assertThat(KeyIds.next(1, random)).isNotEqualTo(KeyIds.next(1, random));
    }
}
