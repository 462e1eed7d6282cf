package dev.latchkey.key;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizationHeaderTest {
    private static final String KEY = "opt_live_0000000000000000000000000000000046uziL";
    private final KeyFormat format = new KeyFormat("opt", false);

    @ParameterizedTest(name = "[{0}]")
    @ValueSource(strings = {"Bearer " + KEY, "bearer " + KEY, "BEARER " + KEY, "bEaReR " + KEY, "Bearer    " + KEY})
    void parse_bearerSpacesKey_isPresented(String value) {
        assertThat(AuthorizationHeader.parse(value, format)).isInstanceOf(Credential.Presented.class);
    }

    @ParameterizedTest(name = "[{0}]")
    @ValueSource(
            strings = {
                "",
                " ",
                "Bearer",
                "Bearer ",
                "Bearer" + KEY,
                KEY,
                "Bearer\t" + KEY,
                "Bearer \t" + KEY,
                "Bearer\u00a0" + KEY,
                " Bearer " + KEY,
                "Bearer " + KEY + " ",
                "Bearer " + KEY + "\t",
                "Bearer " + KEY + " x",
                "Bearer " + KEY + ",",
                "Bearer " + KEY + ",Bearer " + KEY,
                "Bearer " + KEY + ", Bearer " + KEY,
                "Bearer \"" + KEY + "\"",
                "Bearer token=" + KEY,
                "Basic " + KEY,
                "Beare\u0280 " + KEY,
                "Bearer Bearer " + KEY
            })
    void parse_anythingElse_isNoKey(String value) {
        assertThat(AuthorizationHeader.parse(value, format)).isEqualTo(Credential.Malformed.NOT_A_KEY);
    }

    @Test
    void parse_null_isAbsent() {
        assertThat(AuthorizationHeader.parse(null, format)).isEqualTo(Credential.Absent.NO_HEADER);
    }
}
