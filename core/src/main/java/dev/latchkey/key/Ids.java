package dev.latchkey.key;

import java.util.regex.Pattern;

/** The format of key ids and workspace ids. */
public final class Ids {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private Ids() {}

    /** Returns whether {@code id} is a well-formed id of a key or a workspace. */
    public static boolean isId(String id) {
        return ID.matcher(id).matches();
    }
}
