package dev.latchkey.control.upkeep;

import dev.latchkey.key.Ids;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The progress of a comparison of the index with the ledger. The comparison passes over the whole ledger twice; the
 * first pass covers only records that deny access.
 *
 * @param all whether this is the second pass, which covers all records
 * @param workspace the last workspace that was begun; empty at the start
 * @param key the last key of that workspace that was compared; empty if the workspace is done
 */
public record SweepPlace(boolean all, String workspace, String key) {
    /** The start of a comparison. */
    public static final SweepPlace START = new SweepPlace(false, "", "");

    private static final String SEPARATOR = " ";
    private static final int PARTS = 3;

    /** Returns this place as text, which contains no secret. */
    public String encode() {
        String text = (all ? "2" : "1") + SEPARATOR + workspace + SEPARATOR + key;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns the place that {@link #encode} has written to {@code token}; empty for any other text. */
    public static Optional<SweepPlace> decode(String token) {
        try {
            String[] parts =
                    new String(Base64.getUrlDecoder().decode(token), StandardCharsets.US_ASCII).split(SEPARATOR, -1);
            return Optional.of(parts)
                    .filter(all -> all.length == PARTS && isIdOrEmpty(all[1]) && isIdOrEmpty(all[2]))
                    .map(all -> new SweepPlace(all[0].equals("2"), all[1], all[2]))
                    .filter(place -> place.encode().equals(token));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isIdOrEmpty(String text) {
        return text.isEmpty() || Ids.isId(text);
    }
}
