package dev.latchkey.control.rules;

import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.key.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Collects what is wrong with one request, to refuse it once, for all of it. Begins with what was {@linkplain FoundBefore found
 * before}. Not thread-safe.
 */
public final class Violations {
    /** The page size where none is asked for. */
    static final int DEFAULT_PAGE = 100;

    /** In place of a secret. */
    public static final String NOT_SHOWN = "(not shown)";

    private static final int MAX_PAGE = 1000;
    private static final int MAX_NAME = 100;
    private static final int MAX_REASON = 200;
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final String ID = "1 to 64 letters, digits, _ and -";

    /** More than anybody reads; bounds what a hostile request costs. */
    private static final int MAX = 50;

    private final List<Violation> before = FoundBefore.violations();
    private final List<Violation> found = new ArrayList<>(before);

    /**
     * Notes that a field is wrong. Not if that was found before: then its value is not here, and what can be said of it is
     * about nothing.
     *
     * @param value fit to be shown, see {@link MessageText}
     */
    public void add(String field, String value, String expected) {
        boolean known = before.stream().anyMatch(violation -> violation.field().equals(field));
        if (!known && found.size() < MAX) {
            found.add(new Violation(field, value, expected));
        }
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }

    public List<Violation> all() {
        return List.copyOf(found);
    }

    /** @throws RefusedException if anything was found wrong */
    public void throwIfAny() {
        if (!found.isEmpty()) {
            String message = found.stream()
                    .map(violation -> violation.field() + ": " + violation.description())
                    .collect(Collectors.joining("; "));
            throw new RefusedException(Kind.INVALID, message, found);
        }
    }

    /** Checks the id of one workspace; {@code -}, which means any, is none. */
    public void workspace(String field, String id) {
        if (!isId(id) || id.equals(KeyName.ANY_WORKSPACE)) {
            add(field, MessageText.quoted(id), "the id of a workspace: " + ID + ", not - alone");
        }
    }

    public void anyWorkspace(String field, String id) {
        if (!isId(id)) {
            add(field, MessageText.quoted(id), "the id of a workspace: " + ID + "; or - for whichever it is");
        }
    }

    public void keyId(String field, String id) {
        if (!isId(id)) {
            add(
                    field,
                    MessageText.quoted(id),
                    "the id of a key, such as key_01jz0000000000000000000000; never a key itself");
        }
    }

    public void name(String field, String name) {
        if (name.isBlank() || isLonger(name, MAX_NAME) || !MessageText.isHarmless(name)) {
            add(
                    field,
                    MessageText.quoted(name),
                    "1 to " + MAX_NAME + " characters, not blank, no invisible characters, no key");
        }
    }

    /** Checks a part of a name; an empty one is any. */
    public void nameFilter(String field, String name) {
        text(field, name, MAX_NAME);
    }

    public void reason(String field, String reason) {
        text(field, reason, MAX_REASON);
    }

    private void text(String field, String text, int limit) {
        if (isLonger(text, limit) || !MessageText.isHarmless(text)) {
            add(field, MessageText.quoted(text), "at most " + limit + " characters, no invisible characters, no key");
        }
    }

    /** Checks the caller's own id of a call; empty is none. */
    public void requestId(String id) {
        if (!id.isEmpty() && (!REQUEST_ID.matcher(id).matches() || MessageText.holdsKey(id))) {
            add(
                    "request_id",
                    MessageText.quoted(id),
                    "1 to 64 letters, digits, ., _ and -, best a UUID; never a key; or empty");
        }
    }

    /** Says that a secret is none, without it. */
    public void secret(String field, String expected) {
        add(field, NOT_SHOWN, expected);
    }

    /** Says that a page token is none. */
    public void pageToken(String token) {
        add("page_token", MessageText.quoted(token), "next_page_token of the page before, or empty for the first");
    }

    /** Returns the size and the start that {@code page} asks for. */
    public PageStart page(PageRequest page) {
        int size = pageSize(page.size());
        String after = PageStart.decode(page.token());
        if (after == null) {
            pageToken(page.token());
        }
        return new PageStart(size, after == null ? "" : after);
    }

    /** Returns how many to show where {@code asked} are asked for. */
    public int pageSize(int asked) {
        if (asked < 0 || asked > MAX_PAGE) {
            add("page_size", Integer.toString(asked), "1 to " + MAX_PAGE + ", or 0 for " + DEFAULT_PAGE);
        }
        return asked == 0 ? DEFAULT_PAGE : asked;
    }

    private static boolean isId(String id) {
        return Ids.isId(id) && !MessageText.holdsKey(id);
    }

    private static boolean isLonger(String text, int limit) {
        return text.codePointCount(0, text.length()) > limit;
    }
}
