package dev.latchkey.key;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The text form of keys, {@code <brand>_<environment>_<body>}. This class mints and recognizes keys.
 *
 * <p>A minted body consists of 32 random characters of {@code [0-9A-Za-z]} and a checksum of six such characters. An
 * imported body consists of 16 to 128 such characters, of any length except 38. The checksum allows a typing error to
 * be rejected without a look-up in the index. It proves nothing about the authenticity of a key.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class KeyFormat {
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int RANDOM_LENGTH = 32;
    private static final int CHECKSUM_LENGTH = 6;
    static final int MINTED_LENGTH = RANDOM_LENGTH + CHECKSUM_LENGTH;
    private static final int IMPORTED_MIN = 16;
    private static final int IMPORTED_MAX = 128;
    private static final Pattern BRAND = Pattern.compile("[a-z][a-z0-9]{1,15}");

    private final String livePrefix;
    private final String testPrefix;
    private final byte[] liveBytes;
    private final byte[] testBytes;
    private final boolean acceptImported;

    /**
     * Creates the format for one brand.
     *
     * @param brand the start of every key, {@code [a-z][a-z0-9]{1,15}}
     * @param acceptImported whether keys with an imported body are recognized
     */
    public KeyFormat(String brand, boolean acceptImported) {
        if (!isBrand(brand)) {
            throw new IllegalArgumentException("brand: " + brand + " (expected: " + BRAND + ")");
        }
        this.livePrefix = brand + "_" + Environment.LIVE.text() + "_";
        this.testPrefix = brand + "_" + Environment.TEST.text() + "_";
        this.liveBytes = livePrefix.getBytes(StandardCharsets.US_ASCII);
        this.testBytes = testPrefix.getBytes(StandardCharsets.US_ASCII);
        this.acceptImported = acceptImported;
    }

    public static boolean isBrand(String brand) {
        return BRAND.matcher(brand).matches();
    }

    /** Returns a new key with 190 random bits from {@code random}. */
    public PresentedKey mint(Environment environment, SecureRandom random) {
        String prefix = prefix(environment);
        StringBuilder text = new StringBuilder(prefix.length() + MINTED_LENGTH).append(prefix);
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        byte[] unsigned = text.toString().getBytes(StandardCharsets.US_ASCII);
        appendChecksum(text, crc32(unsigned, unsigned.length));
        return new PresentedKey(text.toString().getBytes(StandardCharsets.US_ASCII), prefix.length(), environment);
    }

    /** Parses {@code text} as a key. The whole text must be the key, with nothing before or after it. */
    public Credential parse(String text) {
        // Characters outside Latin-1 become question marks, which no key contains.
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return parse(bytes, 0, bytes.length);
    }

    /** Parses the bytes {@code [from, to)} of {@code text} as {@link #parse(String)} does. Each byte is a character. */
    Credential parse(byte[] text, int from, int to) {
        Environment environment = environmentOf(text, from, to);
        if (environment == null) {
            return Credential.Malformed.NOT_A_KEY;
        }
        int prefix = prefix(environment).length();
        int body = to - from - prefix;
        if (body < IMPORTED_MIN || body > IMPORTED_MAX || !isAlphanumeric(text, from + prefix, to)) {
            return Credential.Malformed.NOT_A_KEY;
        }
        if (body != MINTED_LENGTH && !acceptImported) {
            return Credential.Malformed.NOT_A_KEY;
        }
        byte[] ascii = Arrays.copyOfRange(text, from, to);
        if (body == MINTED_LENGTH && !checksumMatches(ascii)) {
            return Credential.Malformed.BAD_CHECKSUM;
        }
        return new Credential.Presented(new PresentedKey(ascii, prefix, environment));
    }

    /**
     * Returns whether {@code text} contains the prefix of a key anywhere, well-formed or not. Such text must
     * not be passed on.
     */
    public boolean mentionsKey(String text) {
        return text.contains(livePrefix) || text.contains(testPrefix);
    }

    private @Nullable Environment environmentOf(byte[] text, int from, int to) {
        if (startsWith(text, from, to, liveBytes)) {
            return Environment.LIVE;
        }
        return startsWith(text, from, to, testBytes) ? Environment.TEST : null;
    }

    private static boolean startsWith(byte[] text, int from, int to, byte[] prefix) {
        return to - from >= prefix.length && Arrays.equals(text, from, from + prefix.length, prefix, 0, prefix.length);
    }

    private String prefix(Environment environment) {
        return environment == Environment.LIVE ? livePrefix : testPrefix;
    }

    private static boolean isAlphanumeric(byte[] text, int from, int to) {
        for (int i = from; i < to; i++) {
            byte c = text[i];
            boolean alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (!alphanumeric) {
                return false;
            }
        }
        return true;
    }

    private static boolean checksumMatches(byte[] key) {
        int signed = key.length - CHECKSUM_LENGTH;
        long crc = crc32(key, signed);
        for (int i = key.length - 1; i >= signed; i--) {
            if (key[i] != ALPHABET.charAt((int) (crc % ALPHABET.length()))) {
                return false;
            }
            crc /= ALPHABET.length();
        }
        return true;
    }

    /** Appends {@code crc} in base 62, padded with zeros to the length of a checksum. */
    private static void appendChecksum(StringBuilder text, long crc) {
        int end = text.length();
        long rest = crc;
        for (int i = 0; i < CHECKSUM_LENGTH; i++) {
            text.insert(end, ALPHABET.charAt((int) (rest % ALPHABET.length())));
            rest /= ALPHABET.length();
        }
    }

    private static long crc32(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }
}
