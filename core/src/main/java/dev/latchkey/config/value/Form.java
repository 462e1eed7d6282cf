package dev.latchkey.config.value;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The written form of the values of a setting: a parser with a description of the expected text. */
public interface Form<T> {

    /** Returns a short description of the form, for "(expected: …)". */
    String expected();

    /** Parses the given values, at least one. Reports every problem, and returns null if there was a problem. */
    @Nullable
    T read(List<RawValue> given, SettingProblems problems);

    /** Returns whether the file can give a setting of this form in parts, as lists and mappings. */
    default boolean composite() {
        return false;
    }

    /** Returns whether the value is an {@link dev.latchkey.text.EntryList}. */
    default boolean isList() {
        return false;
    }

    /**
     * The form of a setting with one value.
     *
     * @param secret whether the value must not appear in messages
     * @param isList whether the text is a list of several entries
     * @param parser a parser that throws IllegalArgumentException for an invalid value. Only a problem of a secret
     *     quotes the message of this exception, which therefore must not contain any part of the value
     */
    record Scalar<T>(String expected, boolean secret, boolean isList, Function<RawValue, T> parser) implements Form<T> {
        public static <T> Scalar<T> open(String expected, Function<String, T> parser) {
            return located(expected, given -> parser.apply(given.text()));
        }

        /** Returns the form of a value whose meaning depends on its origin, such as a relative path. */
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
