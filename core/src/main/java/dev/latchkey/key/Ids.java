package dev.latchkey.key;

import java.util.regex.Pattern;

/** The form of the ids of keys and workspaces. */
public final class Ids {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private Ids() {}

    /** Tells whether {@code id} can name a key or a workspace. */
    public static boolean isId(String id) {
        return ID.matcher(id).matches();
    }
}
