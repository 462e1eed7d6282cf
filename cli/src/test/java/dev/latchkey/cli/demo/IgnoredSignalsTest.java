package dev.latchkey.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IgnoredSignalsTest {
    @Test
    void of_aMask_areTheNumbersOfItsBits() {
        assertThat(IgnoredSignals.of("Name:\tjava\nSigIgn:\t0000000000001006\nSigCgt:\tffffffffffffffff\n"))
                .containsExactlyInAnyOrder(2, 3, 13);
        assertThat(IgnoredSignals.of("SigIgn:\tffffffffffffffff\n")).hasSize(64);
        assertThat(IgnoredSignals.of("")).isEmpty();
    }
}
