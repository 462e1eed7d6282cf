package dev.latchkey.control.keys;

import java.security.SecureRandom;

/** A generator of key ids: {@code key_} and a ULID in lower case (48 bits of time, 80 random bits). Ids sort by age. */
final class KeyIds {
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int TIME_DIGITS = 10;
    private static final int RANDOM_DIGITS = 16;

    private KeyIds() {}

    /**
     * Returns a new random id.
     *
     * @param now epoch milliseconds
     */
    static String next(long now, SecureRandom random) {
        StringBuilder id = new StringBuilder("key_");
        for (int i = TIME_DIGITS - 1; i >= 0; i--) {
            id.append(ALPHABET.charAt((int) (now >>> (5 * i)) & 31));
        }
        for (int i = 0; i < RANDOM_DIGITS; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}
