package dev.latchkey.control.rules;

import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.key.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A collector of everything wrong with one request, so that the request is refused once, with all violations. It starts
 * with those {@linkplain FoundBefore found before}. This class is not thread-safe.
 */
public final class Violations {
    /** The page size if the request gives none. */
    static final int DEFAULT_PAGE = 100;

    /** The text shown instead of a secret. */
    public static final String NOT_SHOWN = "(not shown)";

    private static final int MAX_PAGE = 1000;
    private static final int MAX_NAME = 100;
    private static final int MAX_REASON = 200;
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final String ID = "1 to 64 letters, digits, _ and -";

    /** The maximum number of violations: more than anybody reads, and a bound on the cost of a hostile request. */
    private static final int MAX = 50;

    private final List<Violation> before = FoundBefore.violations();
    private final List<Violation> found = new ArrayList<>(before);

    /**
     * Adds a violation. A field that was found invalid before is ignored: its value did not get here, so a check of the
     * field would judge a value that was not sent. Violations beyond the maximum are dropped.
     *
     * @param value the value in a form that is safe to show; see {@link MessageText}
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

    /**
     * Throws if there is any violation.
     *
     * @throws RefusedException with all violations, if there are any
     */
    public void throwIfAny() {
        if (!found.isEmpty()) {
            String message = found.stream()
                    .map(violation -> violation.field() + ": " + violation.description())
                    .collect(Collectors.joining("; "));
            throw new RefusedException(Kind.INVALID, message, found);
        }
    }

    /** Validates the id of a single workspace; {@code -}, which means any workspace, is invalid. */
    public void workspace(String field, String id) {
        if (!isId(id) || id.equals(KeyName.ANY_WORKSPACE)) {
            add(field, MessageText.quoted(id), "the id of a workspace: " + ID + ", not - alone");
        }
    }

    /** Validates the id of a workspace, or {@code -} for any workspace. */
    public void anyWorkspace(String field, String id) {
        if (!isId(id)) {
            add(field, MessageText.quoted(id), "the id of a workspace: " + ID + "; or - for whichever it is");
        }
    }

    /** Validates the id of a key. */
    public void keyId(String field, String id) {
        if (!isId(id)) {
            add(
                    field,
                    MessageText.quoted(id),
                    "the id of a key, such as key_01jz0000000000000000000000; never a key itself");
        }
    }

    /** Validates the name of a key or a workspace. */
    public void name(String field, String name) {
        if (name.isBlank() || isLonger(name, MAX_NAME) || !MessageText.isHarmless(name)) {
            add(
                    field,
                    MessageText.quoted(name),
                    "1 to " + MAX_NAME + " characters, not blank, no invisible characters, no key");
        }
    }

    /** Validates a part of a name; an empty part matches any name. */
    public void nameFilter(String field, String name) {
        text(field, name, MAX_NAME);
    }

    /** Validates the reason that a caller gives for a change; an empty reason is valid. */
    public void reason(String field, String reason) {
        text(field, reason, MAX_REASON);
    }

    private void text(String field, String text, int limit) {
        if (isLonger(text, limit) || !MessageText.isHarmless(text)) {
            add(field, MessageText.quoted(text), "at most " + limit + " characters, no invisible characters, no key");
        }
    }

    /** Validates the request id that the caller chose; empty means that there is none. */
    public void requestId(String id) {
        if (!id.isEmpty() && (!REQUEST_ID.matcher(id).matches() || MessageText.holdsKey(id))) {
            add(
                    "request_id",
                    MessageText.quoted(id),
                    "1 to 64 letters, digits, ., _ and -, best a UUID; never a key; or empty");
        }
    }

    /** Adds a violation for an invalid secret, without showing the secret. */
    public void secret(String field, String expected) {
        add(field, NOT_SHOWN, expected);
    }

    /** Adds a violation for an invalid page token. */
    public void pageToken(String token) {
        add("page_token", MessageText.quoted(token), "next_page_token of the page before, or empty for the first");
    }

    /** Validates {@code page} and returns its size and start. */
    public PageStart page(PageRequest page) {
        int size = pageSize(page.size());
        String after = PageStart.decode(page.token());
        if (after == null) {
            pageToken(page.token());
        }
        return new PageStart(size, after == null ? "" : after);
    }

    /** Validates the requested page size and returns the size to use. */
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
