package dev.latchkey.json;

import com.google.common.base.CaseFormat;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The JSON words of enum values. A word is the value's name in lower case, without the leading words that the name
 * shares with the name of its type: {@code WORKSPACE_ACTIVE} of {@code WorkspaceState} becomes {@code active}.
 */
public final class EnumWords {
    private static final String UNSPECIFIED = "unspecified";

    private EnumWords() {}

    /** Returns the word of a value, or null for the unspecified value. */
    public static @Nullable String of(EnumValueDescriptor value) {
        String word = word(value);
        return word.equals(UNSPECIFIED) ? null : word;
    }

    /** Returns all words of an enum type, without the unspecified value. */
    public static List<String> of(EnumDescriptor type) {
        return type.getValues().stream()
                .map(EnumWords::word)
                .filter(word -> !word.equals(UNSPECIFIED))
                .toList();
    }

    /** Returns the value with this word, or null if the type has none. */
    public static @Nullable EnumValueDescriptor find(EnumDescriptor type, String word) {
        return type.getValues().stream()
                .filter(value -> word.equals(of(value)))
                .findFirst()
                .orElse(null);
    }

    private static String word(EnumValueDescriptor value) {
        String name = value.getName();
        String prefix = CaseFormat.UPPER_CAMEL.to(
                CaseFormat.UPPER_UNDERSCORE, value.getType().getName());
        // Drops words from the end of the type's name until the value's name begins with the rest.
        while (!prefix.isEmpty() && !name.startsWith(prefix + "_")) {
            prefix = prefix.substring(0, Math.max(0, prefix.lastIndexOf('_')));
        }
        return (prefix.isEmpty() ? name : name.substring(prefix.length() + 1)).toLowerCase(Locale.ROOT);
    }
}
