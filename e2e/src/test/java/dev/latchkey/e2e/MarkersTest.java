package dev.latchkey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search that the tests for leaked secrets trust. */
class MarkersTest {
    private static final String SECRET = "opt_live_Zz9xQ7mN2bV4cX8kL1pR5tY3wE6uI0oAsD";

    private final Markers markers = new Markers();

    @BeforeEach
    void add() {
        markers.add("the key", SECRET, 13);
    }

    @Test
    void secret_asItIsOrAPieceOfIt_isFound() {
        assertThat(markers.in("refused: " + SECRET)).containsExactly("the key");
        assertThat(markers.in("… " + SECRET.substring(13, 25) + " …")).containsExactly("the key");
    }

    @ParameterizedTest(name = "after {0} bytes")
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void secret_inBase64_isFoundWhateverStandsBeforeIt(int before) {
        byte[] bytes = ("x".repeat(before) + SECRET).getBytes(StandardCharsets.US_ASCII);

        assertThat(markers.in(Base64.getEncoder().encodeToString(bytes))).containsExactly("the key");
        assertThat(markers.in(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)))
                .containsExactly("the key");
    }

    @Test
    void secret_inHexadecimalOrEscaped_isFound() {
        byte[] bytes = SECRET.getBytes(StandardCharsets.US_ASCII);

        assertThat(markers.in(HexFormat.of().formatHex(bytes))).containsExactly("the key");
        assertThat(markers.in(HexFormat.of().withUpperCase().formatHex(bytes))).containsExactly("the key");
        assertThat(markers.in(HexFormat.of().withPrefix("%").formatHex(bytes))).containsExactly("the key");
    }

    @Test
    void start_thatMayBeShown_isNotFound() {
        assertThat(markers.in("start: " + SECRET.substring(0, 13) + ", b3B0X2xpdmVfWno5eA=="))
                .isEmpty();
    }
}
