package dev.latchkey.policy.upstream;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Ways in which upstreams come from the path of a request line to the path that they route. */
enum UpstreamReading {
    DECODED(UpstreamReading::decoded),
    /** RFC 3986, 5.2.4, on the path as sent. */
    DOTS_RESOLVED(path -> decoded(dots(path))),
    DECODED_THEN_DOTS_RESOLVED(path -> dots(decoded(path))),
    TWICE_DECODED(path -> decoded(decoded(path))),
    TWICE_DECODED_THEN_DOTS_RESOLVED(path -> dots(decoded(decoded(path)))),
    /** Servlet containers: parameters of each segment, before dots are resolved. */
    PARAMETERS_DROPPED(path -> dots(decoded(path.replaceAll(";[^/]*", "")))),
    DECODED_PARAMETERS_DROPPED(path -> dots(decoded(path).replaceAll(";[^/]*", ""))),
    CUT_AT_SEMICOLON(path -> decoded(path).split(";", 2)[0]),
    BACKSLASH_IS_SLASH(path -> decoded(dots(path.replace('\\', '/')))),
    DECODED_BACKSLASH_IS_SLASH(path -> dots(decoded(path).replace('\\', '/'))),
    CASE_IGNORED(UpstreamReading::decoded, false, false),
    FINAL_SLASH_DROPPED(path -> decoded(path).replaceFirst("(?<=.)/$", "")),
    FINAL_SLASH_ADDED(path -> decoded(path).replaceFirst("(?<!/)$", "/")),
    SLASHES_MERGED(path -> decoded(path.replaceAll("/+", "/"))),
    DECODED_THEN_SLASHES_MERGED(path -> decoded(path).replaceAll("/+", "/")),
    /** Rails: {@code (.:format)}. */
    FORMAT_DROPPED(path -> decoded(path).replaceFirst("(?<=[^/])\\.[^./]*$", ""), true, true),
    EVERY_SUFFIX_DROPPED(path -> decoded(path).replaceFirst("(?<=[^/])\\.[^/]*$", ""), true, true),
    FINAL_DOTS_DROPPED(path -> decoded(path).replaceFirst("(?<=[^/.])\\.+$", "")),
    FINAL_BLANKS_DROPPED(path -> decoded(path).replaceFirst("(?<=[^/\\s])\\s+$", "")),
    /** Windows, of each segment. */
    ENDS_OF_SEGMENTS_DROPPED(path -> dots(decoded(path).replaceAll("(?<=[^/. ])[. ]+(?=/|$)", ""))),
    SEGMENTS_TRIMMED(UpstreamReading::trimmed),
    COMPATIBLE_FORM(path -> compatible(decoded(path))),
    COMPATIBLE_FORM_THEN_RESOLVED(path -> dots(compatible(decoded(path)).replace('\\', '/'))),
    CUT_AT_COMMA(path -> decoded(path).replaceFirst("(?<=[^/]),[^/]*$", ""), true, true),
    VERB_DROPPED(path -> decoded(path).replaceFirst("(?<=[^/]):[^/]*$", ""), true, true),
    /** Whoever hands the path to C. */
    CUT_AT_NUL(path -> decoded(path).split("\0", 2)[0]),
    CUT_AT_DECODED_QUERY(path -> decoded(path).split("[?#]", 2)[0]),
    /** UTF-8 that is longer than it must be. */
    OVERLONG_DECODED(path -> decoded(path.replaceAll("(?i)%c0%af", "/").replaceAll("(?i)%c0%ae", "."))),
    /** IIS. */
    UNICODE_ESCAPES_DECODED(
            path -> dots(decoded(path.replaceAll("(?i)%u002f", "/").replaceAll("(?i)%u002e", ".")))),
    /** WHATWG URL parsers. */
    CONTROLS_DROPPED(path -> dots(decoded(path).replaceAll("[\\t\\r\\n]", ""))),
    /** Express. */
    CASE_AND_FINAL_SLASH_IGNORED(path -> decoded(path).replaceFirst("(?<=.)/$", ""), false, false),
    CASE_FORMAT_AND_FINAL_SLASH_IGNORED(
            path -> decoded(path).replaceFirst("(?<=.)/$", "").replaceFirst("(?<=[^/])\\.[^./]*$", ""), true, false);

    private static final Pattern ESCAPE = Pattern.compile("(%[0-9a-fA-F]{2})+");

    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    private final UnaryOperator<String> read;

    private final boolean cutsSegment;
    private final boolean caseMatters;

    UpstreamReading(UnaryOperator<String> read) {
        this(read, /* cutsSegment= */ false, /* caseMatters= */ true);
    }

    UpstreamReading(UnaryOperator<String> read, boolean cutsSegment, boolean caseMatters) {
        this.read = read;
        this.cutsSegment = cutsSegment;
        this.caseMatters = caseMatters;
    }

    /** Returns what is routed, decoded. */
    String of(String path) {
        return read.apply(path);
    }

    /** Tells whether this leaves out an end of the last segment that may also be part of its name. */
    boolean cutsSegment() {
        return cutsSegment;
    }

    boolean caseMatters() {
        return caseMatters;
    }

    private static String decoded(String path) {
        Matcher escapes = ESCAPE.matcher(path);
        return escapes.replaceAll(run -> Matcher.quoteReplacement(utf8(run.group())));
    }

    private static String utf8(String escapes) {
        byte[] bytes = new byte[escapes.length() / 3];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(escapes.substring(3 * i + 1, 3 * i + 3), 16);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String dots(String path) {
        List<String> kept = new ArrayList<>();
        List<String> segments =
                Arrays.asList(path.substring(Math.min(1, path.length())).split("/", -1));
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            boolean dot = segment.equals(".") || segment.equals("..");
            if (segment.equals("..") && !kept.isEmpty()) {
                kept.remove(kept.size() - 1);
            }
            if (!dot) {
                kept.add(segment);
            } else if (i == segments.size() - 1) {
                kept.add("");
            }
        }
        return "/" + String.join("/", kept);
    }

    private static String compatible(String path) {
        return Normalizer.normalize(path, Normalizer.Form.NFKC);
    }

    private static String trimmed(String path) {
        return Arrays.stream(decoded(path).split("/", -1)).map(String::strip).collect(Collectors.joining("/"));
    }
}
