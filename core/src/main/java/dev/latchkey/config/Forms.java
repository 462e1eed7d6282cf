package dev.latchkey.config;

import dev.latchkey.config.value.AddressParser;
import dev.latchkey.config.value.Durations;
import dev.latchkey.config.value.Form;
import dev.latchkey.config.value.ListenAddress;
import dev.latchkey.config.value.NamedFile;
import dev.latchkey.config.value.RawValue;
import dev.latchkey.config.value.RedisUri;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.Peppers;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The value forms that several settings share. */
final class Forms {
    static final Form<ListenAddress> ADDRESS = Form.Scalar.open(AddressParser.EXPECTED, AddressParser::parse);
    static final Form<ListenAddress> TCP_ADDRESS =
            Form.Scalar.open(AddressParser.EXPECTED_TCP, AddressParser::parseTcp);
    static final Form<NamedFile> FILE = Form.Scalar.located("a path", RawValue::file);
    static final Form<Boolean> BOOL = Form.Scalar.open("true or false", Forms::parseBoolean);
    static final Form<RedisUri> REDIS_URI = Form.Scalar.secret(RedisUri.EXPECTED, RedisUri::parse);
    static final Form<Peppers> PEPPERS = Form.Scalar.secretList(
            "<1-9>:<base64 of at least 32 bytes>, the newest first, separated by commas", Peppers::parse);
    static final Form<String> BRAND = text("2 to 16 lower-case letters and digits, a letter first", KeyFormat::isBrand);

    private Forms() {}

    static Form<Duration> duration(String from, String to) {
        Duration min = Durations.parse(from);
        Duration max = Durations.parse(to);
        return Form.Scalar.open(Durations.EXPECTED + ", from " + from + " to " + to, text -> {
            Duration value = Durations.parse(text);
            return inRange(value.compareTo(min) >= 0 && value.compareTo(max) <= 0, value);
        });
    }

    static Form<Integer> integer(int min, int max) {
        return Form.Scalar.open("a whole number from " + min + " to " + max, text -> {
            // NumberFormatException is an IllegalArgumentException.
            int value = Integer.parseInt(text);
            return inRange(value >= min && value <= max, value);
        });
    }

    static Form<Set<PosixFilePermission>> socketMode() {
        Map<String, String> modes = Map.of("0600", "rw-------", "0660", "rw-rw----", "0666", "rw-rw-rw-");
        return Form.Scalar.open(
                "0600, 0660 or 0666",
                text -> PosixFilePermissions.fromString(
                        inRange(modes.containsKey(text), modes.getOrDefault(text, ""))));
    }

    static Form<Set<Integer>> pepperVersions() {
        return Form.Scalar.open("versions of peppers, 1 to 9, separated by commas", text -> {
            Set<Integer> versions = new TreeSet<>();
            for (String version : text.split(",", -1)) {
                int value = Integer.parseInt(version.strip());
                versions.add(inRange(value >= 1 && value <= Peppers.MAX_VERSION, value));
            }
            return versions;
        });
    }

    static Form<String> text(String expected, String pattern) {
        return text(expected, Pattern.compile(pattern).asMatchPredicate());
    }

    private static Form<String> text(String expected, Predicate<String> fits) {
        Function<String, String> parser = text -> inRange(fits.test(text), text);
        return Form.Scalar.open(expected, parser);
    }

    private static boolean parseBoolean(String text) {
        return inRange(text.equals("true") || text.equals("false"), text).equals("true");
    }

    private static <T> T inRange(boolean holds, T value) {
        if (!holds) {
            throw new IllegalArgumentException("not of this form");
        }
        return value;
    }
}
