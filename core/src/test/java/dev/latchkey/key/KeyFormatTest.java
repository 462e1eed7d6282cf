package dev.latchkey.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFormatTest {
    private static final String GOOD = "opt_live_0000000000000000000000000000000046uziL";
    private static final String IMPORTED = "opt_live_abc123def456ghi789";

    private final KeyFormat strict = new KeyFormat("opt", /* acceptImported= */ false);
    private final KeyFormat lenient = new KeyFormat("opt", /* acceptImported= */ true);

    @ParameterizedTest
    @EnumSource(Environment.class)
    void mint_result_parsesAsTheSameKey(Environment environment) {
        PresentedKey minted = strict.mint(environment, new SecureRandom());

        assertThat(minted.reveal()).hasSize(47).startsWith("opt_" + environment.text() + "_");
        assertThat(minted.environment()).isEqualTo(environment);
        assertThat(strict.parse(minted.reveal())).isInstanceOfSatisfying(Credential.Presented.class, parsed -> {
            assertThat(parsed.key().reveal()).isEqualTo(minted.reveal());
            assertThat(parsed.key().environment()).isEqualTo(environment);
        });
    }

    @Test
    void mint_manyTimes_neverRepeatsAndUsesTheWholeAlphabet() {
        Set<String> keys = new HashSet<>();
        Set<Integer> characters = new HashSet<>();
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < 1000; i++) {
            String key = strict.mint(Environment.LIVE, random).reveal();
            keys.add(key);
            key.substring(9, 41).chars().forEach(characters::add);
        }

        assertThat(keys).hasSize(1000);
        assertThat(characters).hasSize(62);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "opt_live_0000000000000000000000000000000046uziL",
        "opt_test_000000000000000000000000000000001Tonxc",
        "opt_live_abcdefghijklmnopqrstuvwxyzABCDEF0bcREx",
        "opt_test_abcdefghijklmnopqrstuvwxyzABCDEF2fAOYI",
        "opt_live_Zz9xxxxxxxxxxxxxxxxxxxxxxxxxxxxx2GN9lV",
        "opt_test_Zz9xxxxxxxxxxxxxxxxxxxxxxxxxxxxx3jbWQK"
    })
    void parse_testVector_isAKey(String key) {
        assertThat(strict.parse(key)).isInstanceOf(Credential.Presented.class);
    }

    @Test
    void parse_anyOneCharacterChanged_failsTheChecksumOrTheForm() {
        for (int i = 0; i < GOOD.length(); i++) {
            String changed = GOOD.substring(0, i) + (GOOD.charAt(i) == 'q' ? 'r' : 'q') + GOOD.substring(i + 1);
            assertThat(strict.parse(changed)).as(changed).isInstanceOf(Credential.Malformed.class);
        }
        assertThat(strict.parse(GOOD.replace("6uziL", "6uziM"))).isEqualTo(Credential.Malformed.BAD_CHECKSUM);
    }

    @ParameterizedTest(name = "[{0}]")
    @ValueSource(
            strings = {
                "",
                "opt",
                "opt_live_",
                "opt_live_0000000000000000000000000000000046uzi",
                "opt_live_0000000000000000000000000000000046uziL ",
                " opt_live_0000000000000000000000000000000046uziL",
                "opt_live_0000000000000000000000000000000046uziL\n",
                "opt_prod_0000000000000000000000000000000046uziL",
                "OPT_live_0000000000000000000000000000000046uziL",
                "opt_Live_0000000000000000000000000000000046uziL",
                "xyz_live_0000000000000000000000000000000046uziL",
                "opt_live_000000000000000-0000000000000000046uziL",
                "opt_live_0000000000000000000000000000000046uzié"
            })
    void parse_anotherForm_isNoKey(String text) {
        assertThat(strict.parse(text)).isEqualTo(Credential.Malformed.NOT_A_KEY);
    }

    @Test
    void parse_importedBody_onlyIfAccepted() {
        assertThat(strict.parse(IMPORTED)).isEqualTo(Credential.Malformed.NOT_A_KEY);
        assertThat(lenient.parse(IMPORTED)).isInstanceOf(Credential.Presented.class);
    }

    @ParameterizedTest(name = "{0} characters: {1}")
    @CsvSource({"15,false", "16,true", "37,true", "39,true", "128,true", "129,false"})
    void parse_importedBodyLength_isBounded(int length, boolean accepted) {
        assertThat(lenient.parse("opt_test_" + "a".repeat(length)) instanceof Credential.Presented)
                .isEqualTo(accepted);
    }

    @Test
    void parse_bodyOf38_isMintedEvenIfImportedAreAccepted() {
        assertThat(lenient.parse("opt_test_" + "a".repeat(38))).isEqualTo(Credential.Malformed.BAD_CHECKSUM);
    }

    @Test
    void mentionsKey_keyAnywhere_isSeen() {
        assertThat(strict.mentionsKey("Bearer " + GOOD + ",Basic x")).isTrue();
        assertThat(strict.mentionsKey("Basic b3B0X2xpdmU=")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "o", "Opt", "1opt", "opt_", "averyveryverylong"})
    void new_badBrand_isRefusedWithTheValue(String brand) {
        assertThatThrownBy(() -> new KeyFormat(brand, false)).hasMessageContaining("brand: " + brand + " (expected");
    }

    @Test
    void toString_ofKeyAndCredential_showsNoSecret() {
        Credential credential = strict.parse(GOOD);

        assertThat(credential.toString()).contains("opt_live_…").doesNotContain("0000");
    }

    @Test
    void start_ofKey_isThirteenCharacters() {
        assertThat(((Credential.Presented) strict.parse(GOOD)).key().start()).isEqualTo("opt_live_0000");
    }
}
