package dev.latchkey.e2e;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Secrets of a test, and a search for any piece of them: as they are, in base64 of any alignment, hexadecimal or
 * percent-encoded. A piece is {@value #PIECE} characters of one of these texts.
 */
public final class Markers {
    private static final int PIECE = 12;

    private final Map<String, String> namesByPiece = new HashMap<>();

    /**
     * Adds a secret.
     *
     * @param name what findings call it
     * @param shown how many of its first characters may be shown
     */
    public void add(String name, String secret, int shown) {
        String hidden = secret.substring(shown);
        pieces(name, hidden);
        byte[] bytes = hidden.getBytes(StandardCharsets.ISO_8859_1);
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            String whole = Base64.getEncoder().encodeToString(Arrays.copyOf(shifted, shifted.length / 3 * 3));
            // The first four characters tell of what stands before it too.
            String own = whole.substring(before == 0 ? 0 : 4);
            pieces(name, own);
            pieces(name, own.replace('+', '-').replace('/', '_'));
        }
        String hex = HexFormat.of().formatHex(bytes);
        pieces(name, hex);
        pieces(name, hex.toUpperCase(Locale.ROOT));
        String percent = HexFormat.of().withPrefix("%").formatHex(bytes);
        pieces(name, percent);
        pieces(name, percent.toUpperCase(Locale.ROOT));
    }

    /** Returns the names of the secrets of which {@code text} holds a piece. */
    public Set<String> in(String text) {
        Set<String> found = new TreeSet<>();
        for (int i = 0; i + PIECE <= text.length(); i++) {
            String name = namesByPiece.get(text.substring(i, i + PIECE));
            if (name != null) {
                found.add(name);
            }
        }
        return found;
    }

    private void pieces(String name, String text) {
        if (text.length() < PIECE) {
            throw new IllegalArgumentException(name + " is too short to be looked for");
        }
        for (int i = 0; i + PIECE <= text.length(); i++) {
            namesByPiece.put(text.substring(i, i + PIECE), name);
        }
    }
}
