package dev.latchkey.config.value;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How the values of a setting are written. */
public interface Form<T> {

    /** Returns a few words for "(expected: …)". */
    String expected();

    /** Reads what was given, at least one value; reports every problem, and returns null if there was one. */
    @Nullable
    T read(List<RawValue> given, SettingProblems problems);

    /** Tells whether a setting of this form may be given in parts in the file, by lists and mappings. */
    default boolean composite() {
        return false;
    }

    /** Tells whether the value is an {@link dev.latchkey.text.EntryList}. */
    default boolean isList() {
        return false;
    }

    /**
     * A setting with one value.
     *
     * @param isList whether it is a list in one text
     * @param parser throws IllegalArgumentException; the message is used for secrets only and then holds no part of the value
     */
    record Scalar<T>(String expected, boolean secret, boolean isList, Function<RawValue, T> parser) implements Form<T> {
        public static <T> Scalar<T> open(String expected, Function<String, T> parser) {
            return located(expected, given -> parser.apply(given.text()));
        }

        /** For a value that is read by where it was given. */
        public static <T> Scalar<T> located(String expected, Function<RawValue, T> parser) {
            return new Scalar<>(expected, /* secret= */ false, /* isList= */ false, parser);
        }

        public static <T> Scalar<T> secret(String expected, Function<String, T> parser) {
            return new Scalar<>(expected, /* secret= */ true, /* isList= */ false, given -> parser.apply(given.text()));
        }

        public static <T> Scalar<T> secretList(String expected, Function<String, T> parser) {
            return new Scalar<>(expected, /* secret= */ true, /* isList= */ true, given -> parser.apply(given.text()));
        }

        @Override
        public @Nullable T read(List<RawValue> given, SettingProblems problems) {
            RawValue one = given.get(0);
            if (one.text().isEmpty()) {
                problems.add(one, "empty (expected: " + expected + ")");
                return null;
            }
            try {
                return parser.apply(one);
            } catch (IllegalArgumentException e) {
                String open = SettingProblems.printable(one.text()) + " (expected: " + expected + ")";
                problems.add(one, secret ? String.valueOf(e.getMessage()) : open);
                return null;
            }
        }
    }
}
