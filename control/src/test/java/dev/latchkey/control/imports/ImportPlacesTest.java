package dev.latchkey.control.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.imports.ImportPlaces.Outcome;
import org.junit.jupiter.api.Test;

class ImportPlacesTest {
    private final ImportPlaces places = new ImportPlaces(4, 3);

    @Test
    void enter_callerHasItsShare_isRefusedAndOthersAreNot() {
        for (int i = 0; i < 3; i++) {
            assertThat(places.enter("mia")).isEqualTo(Outcome.TAKEN);
        }

        assertThat(places.enter("mia")).isEqualTo(Outcome.CALLER_FULL);
        assertThat(places.enter("bob")).isEqualTo(Outcome.TAKEN);
        assertThat(places.enter("bob")).isEqualTo(Outcome.FULL);
    }

    @Test
    void leave_placeIsFreeAgain() {
        for (int i = 0; i < 3; i++) {
            assertThat(places.enter("mia")).isEqualTo(Outcome.TAKEN);
        }

        places.leave("mia");

        assertThat(places.enter("mia")).isEqualTo(Outcome.TAKEN);
        assertThat(places.enter("mia")).isEqualTo(Outcome.CALLER_FULL);
    }
}
