package dev.latchkey.control.listing;

import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.MessageText;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.key.KeyRecord;
import java.util.Comparator;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * The order of a list: {@code create_time}, {@code name} (ignoring case), {@code expire_time} or {@code
 * last_used_time}, followed by {@code  desc} for the reverse order. Keys without the time come last in both directions.
 * Ties are broken by ascending id.
 */
record KeyOrder(By by, boolean descending) {
    private static final String DESCENDING = " desc";
    private static final String EXPECTED =
            "create_time, name, expire_time or last_used_time, each also with \"" + DESCENDING + "\" after it";

    /** The fields that a list can be sorted by. */
    enum By {
        CREATE_TIME,
        NAME,
        EXPIRE_TIME,
        LAST_USED_TIME;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Returns the order that {@code text} names. If there is no such order, adds a violation. */
    static KeyOrder parse(String text, Violations violations) {
        boolean descending = text.endsWith(DESCENDING);
        String name = descending ? text.substring(0, text.length() - DESCENDING.length()) : text;
        for (By by : By.values()) {
            if (by.text().equals(name)) {
                return new KeyOrder(by, descending);
            }
        }
        if (!text.isEmpty()) {
            violations.add("order_by", MessageText.quoted(text), EXPECTED);
        }
        return new KeyOrder(By.CREATE_TIME, false);
    }

    /** Returns whether the order is that of the key ids, which is also the order of the ledger. */
    boolean byAge() {
        return by == By.CREATE_TIME;
    }

    boolean byLastUse() {
        return by == By.LAST_USED_TIME;
    }

    /**
     * Returns the position of {@code key} in this order.
     *
     * @param lastUse epoch milliseconds; ignored unless the order is {@link #byLastUse}
     */
    PageCursor place(ManagedKey key, OptionalLong lastUse) {
        String value = switch (by) {
            case CREATE_TIME -> "";
            case NAME -> key.name().toLowerCase(Locale.ROOT);
            case EXPIRE_TIME ->
                key.record().expiresAt() == KeyRecord.NEVER
                        ? ""
                        : time(key.record().expiresAt());
            case LAST_USED_TIME -> lastUse.isPresent() ? time(lastUse.getAsLong()) : "";
        };
        return new PageCursor(value, key.id());
    }

    Comparator<PageCursor> comparator() {
        Comparator<String> values = descending ? Comparator.reverseOrder() : Comparator.naturalOrder();
        return Comparator.comparing((PageCursor place) -> place.value().isEmpty())
                .thenComparing(PageCursor::value, values)
                .thenComparing(PageCursor::id);
    }

    /** Pads the time with zeros to 19 digits, so that the texts sort like the times. */
    private static String time(long millis) {
        return String.format(Locale.ROOT, "%019d", millis);
    }

    /** Returns the order in the syntax of a request. */
    @Override
    public String toString() {
        return by.text() + (descending ? DESCENDING : "");
    }
}
