package dev.latchkey.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeppersTest {
    private static final String ONE = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static final String TWO = "2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    private static final PresentedKey KEY = key("opt_live_0000000000000000000000000000000046uziL");

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "opt_live_0000000000000000000000000000000046uziL, 1.-0nOLdc1kPdOL4EU21BqK1bkxmPkd6K_ighZFUDULAo",
        "opt_test_000000000000000000000000000000001Tonxc, 1.ayCwcE3bsUa8C-2msOm5rTS4q5_cxez4M8ub-8m85jI",
        "opt_live_abcdefghijklmnopqrstuvwxyzABCDEF0bcREx, 1.fpUeNyecLkBN7afys4oTEdkMlYtLD-pOJpG91RNGZ4c",
        "opt_test_abcdefghijklmnopqrstuvwxyzABCDEF2fAOYI, 1.eAK8RKf42bXkdsQFtJY5YWb1mpeWqBWnhfWJt4FVgAo",
        "opt_live_Zz9xxxxxxxxxxxxxxxxxxxxxxxxxxxxx2GN9lV, 1.7vbuni4-NuYV9j_wo_wf7a313mmu-ATSyqcHVJ4UYA4",
        "opt_test_Zz9xxxxxxxxxxxxxxxxxxxxxxxxxxxxx3jbWQK, 1.G_UGGO59hIrmWHqb4hE2skJ6yzwZvFFLwbjFixWNWis",
        "opt_live_abc123def456ghi789, 1.bwMcjkNwlescxuA2OAv4Ru3RRHx29DkJihljBKxCJY4"
    })
    void newest_testVector_isTheContractsDigest(String key, String digest) {
        assertThat(Peppers.parse(ONE).newest(key(key)).text()).isEqualTo(digest);
    }

    @Test
    void all_twoPeppers_givesOneDigestEachNewestFirst() {
        Peppers both = Peppers.parse(TWO + "," + ONE);

        assertThat(both.versions()).containsExactly(2, 1);
        assertThat(both.all(KEY))
                .containsExactly(
                        Peppers.parse(TWO).newest(KEY), Peppers.parse(ONE).newest(KEY))
                .extracting(KeyDigest::pepperVersion)
                .containsExactly(2, 1);
        assertThat(both.newest(KEY).pepperVersion()).isEqualTo(2);
    }

    /** An imported key carries no checksum: of these, only the environment differs. */
    @Test
    void all_sameBodyInBothEnvironmentsUnderTwoPeppers_areFourDigests() {
        Peppers both = Peppers.parse(TWO + "," + ONE);

        assertThat(Stream.of("opt_live_abc123def456ghi789", "opt_test_abc123def456ghi789")
                        .flatMap(key -> both.all(key(key)).stream()))
                .doesNotHaveDuplicates()
                .hasSize(4);
    }

    @Test
    void newest_fromManyThreads_isAlwaysTheSame() {
        Peppers peppers = Peppers.parse(ONE);

        List<KeyDigest> digests = IntStream.range(0, 2000)
                .parallel()
                .mapToObj(i -> peppers.newest(KEY))
                .distinct()
                .toList();

        assertThat(digests).hasSize(1);
    }

    @Test
    void check_samePepperElsewhere_isEqualAndNoDigestOfAKey() {
        assertThat(Peppers.parse(TWO + "," + ONE).check(1))
                .isEqualTo(Peppers.parse(ONE).check(1));
        assertThat(Peppers.parse(TWO + "," + ONE).check(2))
                .isNotEqualTo(Peppers.parse(ONE).check(1));
    }

    @Test
    void generate_result_parses() {
        assertThat(Peppers.parse(Peppers.generate(3, new SecureRandom())).versions())
                .containsExactly(3);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "''|no entry (expected: <1-9>:<base64>)",
                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=|entry 1 of 1 has no version",
                "0:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=|entry 1 of 1 has no version",
                "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=,|entry 2 of 2 has no version",
                "1:AAEC*wQF|entry 1 of 1 is not base64 with padding",
                "1:AAECAwQFBgcICQoLDA0ODw==|entry 1 of 1 has 16 bytes (expected: at least 32)",
                ONE + "," + ONE + "|version 1 appears twice"
            })
    void parse_badText_saysWhichEntryAndShowsNoPartOfIt(String text, String message) {
        assertThatThrownBy(() -> Peppers.parse(text))
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("AAEC"))
                .hasNoCause();
    }

    @Test
    void toString_ofPeppersAndDigest_showsVersionsOnly() {
        assertThat(Peppers.parse(TWO + "," + ONE)).hasToString("Peppers[2, 1]");
        assertThat(Peppers.parse(ONE).newest(KEY)).hasToString("1.…");
    }

    private static PresentedKey key(String text) {
        return ((Credential.Presented) new KeyFormat("opt", true).parse(text)).key();
    }
}
