package dev.latchkey.policy.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * {@link CanonicalPath} against a second reading of the rules, which goes another way: it decodes the path as a whole,
 * keeps the slashes apart, decodes UTF-8 by arithmetic, and looks refused escapes up in a list.
 */
class CanonicalPathDifferentialTest {
    private static final int STRINGS = 200_000;

    private static final String[] PIECES = {
        "/",
        "/",
        "/",
        "/",
        "//",
        "a",
        "B",
        "cases",
        "0",
        "-",
        ".",
        "..",
        "_",
        "~",
        "!",
        "*",
        "{id}",
        ":",
        "%3A",
        "%20",
        "%2e",
        "%2E",
        ".%2e",
        "%",
        "%2",
        "%zz",
        "%2f",
        "%5C",
        "%25",
        "%23",
        "%3f",
        "%3B",
        "%00",
        "%1F",
        "%7f",
        "%7B",
        "%c3%a9",
        "%e2%82%ac",
        "%f0%9f%98%80",
        "%C3",
        "%a9",
        "%c0%ae",
        "%e0%80%af",
        "%ed%a0%80",
        "%f4%90%80%80",
        "%ff",
        "\\",
        "#",
        ";",
        " ",
        "\t",
        "\u007f",
        "\0",
        "é",
        "\uD83D",
        "\uFF0F",
        "?",
        "%\uFF12e",
        "%-1",
        "%252f"
    };

    /** Bytes at which what UTF-8 allows begins or ends. */
    private static final int[] EDGES = {
        0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0,
        0xf1, 0xf3, 0xf4, 0xf5, 0xff
    };

    @Test
    void parse_nastyStrings_agreesWithSecondReading() {
        Random random = new Random(20261125);
        int accepted = 0;
        for (int i = 0; i < STRINGS; i++) {
            accepted += agree(nasty(random)) ? 1 : 0;
        }
        assertThat(accepted).isBetween(STRINGS / 20, STRINGS / 2);
    }

    @Test
    void parse_everyPairOfEscapes_agreesWithSecondReading() {
        int accepted = 0;
        for (int pair = 0; pair < 0x10000; pair++) {
            accepted += agree("/" + escape(pair >> 8) + escape(pair & 0xff).toUpperCase(Locale.ROOT)) ? 1 : 0;
        }
        // Of 95 printable characters 66 are unreserved and 6 are refused; U+0080 to U+07FF take two bytes.
        assertThat(accepted).isEqualTo(23 * 23 + 0x780);
    }

    @Test
    void parse_escapesAtTheEdgesOfUtf8_agreesWithSecondReading() {
        int accepted = 0;
        for (int a : EDGES) {
            for (int b : EDGES) {
                for (int c : EDGES) {
                    String start = "/" + escape(a) + escape(b) + escape(c);
                    accepted += agree(start) ? 1 : 0;
                    for (int d : EDGES) {
                        accepted += agree(start + escape(d)) ? 1 : 0;
                    }
                }
            }
        }
        assertThat(accepted).isPositive();
    }

    private static boolean agree(String target) {
        CanonicalPath path = CanonicalPath.parse(target);
        List<String> expected = SecondReading.segments(target);
        List<String> actual = path == null ? null : new ArrayList<>(Arrays.asList(path.segments()));
        if (actual != null && path.trailingSlash()) {
            actual.add("");
        }
        if (!Objects.equals(actual, expected)) {
            throw new AssertionError(target + ": " + actual + " (expected: " + expected + ")");
        }
        return actual != null;
    }

    private static String nasty(Random random) {
        StringBuilder text = new StringBuilder(random.nextInt(20) == 0 ? "" : "/");
        int pieces = random.nextInt(6);
        for (int i = 0; i < pieces; i++) {
            switch (random.nextInt(8)) {
                case 0 -> text.append(escape(random.nextInt(0x100)));
                case 1 -> text.append((char) (0x20 + random.nextInt(0x60)));
                case 2 -> text.append((char) random.nextInt(0x10000));
                case 3, 4 -> text.append("/cases");
                default -> text.append(PIECES[random.nextInt(PIECES.length)]);
            }
        }
        return text.toString();
    }

    private static String escape(int octet) {
        return "%" + HexFormat.of().toHexDigits((byte) octet);
    }

    /** The rules again, slowly. */
    private static final class SecondReading {
        private static final int SLASH = -1;
        private static final Set<String> REFUSED = refused();

        /** Returns the decoded segments, the last one empty after a trailing slash; null if not canonical. */
        static List<String> segments(String target) {
            String path = target.split("\\?", 2)[0];
            List<Integer> octets = octets(path);
            if (octets == null || octets.isEmpty() || octets.get(0) != SLASH) {
                return null;
            }
            List<StringBuilder> segments = new ArrayList<>();
            int i = 0;
            while (i < octets.size()) {
                if (octets.get(i) == SLASH) {
                    segments.add(new StringBuilder());
                    i++;
                    continue;
                }
                int length = sequenceLength(octets.get(i));
                int codePoint = length == 0 ? -1 : codePoint(octets, i, length);
                if (codePoint < 0) {
                    return null;
                }
                segments.get(segments.size() - 1).appendCodePoint(codePoint);
                i += length;
            }
            List<String> texts = segments.stream().map(StringBuilder::toString).toList();
            boolean emptyInside = texts.subList(0, texts.size() - 1).contains("");
            return emptyInside || texts.contains(".") || texts.contains("..") ? null : texts;
        }

        /** Returns what the path stands for, octet by octet, raw slashes as {@link #SLASH}. */
        private static List<Integer> octets(String path) {
            List<Integer> octets = new ArrayList<>();
            String rest = path;
            while (!rest.isEmpty()) {
                char c = rest.charAt(0);
                if (c <= ' ' || c >= 0x7f || "\\#;".indexOf(c) >= 0) {
                    return null;
                }
                if (c != '%') {
                    octets.add(c == '/' ? SLASH : c);
                    rest = rest.substring(1);
                    continue;
                }
                String escape = rest.substring(0, Math.min(3, rest.length())).toLowerCase(Locale.ROOT);
                boolean wellFormed = escape.length() == 3
                        && "0123456789abcdef".indexOf(escape.charAt(1)) >= 0
                        && "0123456789abcdef".indexOf(escape.charAt(2)) >= 0;
                if (!wellFormed || REFUSED.contains(escape)) {
                    return null;
                }
                octets.add(Integer.parseInt(escape.substring(1), 16));
                rest = rest.substring(3);
            }
            return octets;
        }

        private static int sequenceLength(int first) {
            if (first < 0x80) {
                return 1;
            }
            int ones = Integer.numberOfLeadingZeros(~(first << 24));
            return ones >= 2 && ones <= 4 ? ones : 0;
        }

        private static int codePoint(List<Integer> octets, int at, int length) {
            if (length == 1) {
                return octets.get(at);
            }
            if (at + length > octets.size()) {
                return -1;
            }
            int value = octets.get(at) & (0xff >> (length + 1));
            for (int octet : octets.subList(at + 1, at + length)) {
                if (octet == SLASH || (octet & 0xc0) != 0x80) {
                    return -1;
                }
                value = value * 64 + (octet & 0x3f);
            }
            int least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
            boolean surrogate = value >= 0xd800 && value < 0xe000;
            return value < least || value > 0x10ffff || surrogate ? -1 : value;
        }

        private static Set<String> refused() {
            Set<String> escapes = new TreeSet<>(List.of("%2f", "%5c", "%25", "%23", "%3f", "%3b", "%7f"));
            for (int control = 0; control <= 0x1f; control++) {
                escapes.add(escape(control));
            }
            String unreserved = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
            unreserved.chars().forEach(c -> escapes.add(escape(c)));
            return escapes;
        }
    }
}
