package dev.latchkey.control.rules;

import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.text.NearestName;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The rules for new keys. They depend on the request, the scope catalogue and the clock, never on stored data.
 *
 * <p>This class is immutable and thread-safe.
 */
public final class KeyRules {
    /** The last millisecond of the year 9999, in epoch milliseconds: RFC 3339 has four digits for the year. */
    public static final long LAST_MILLI =
            Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli();

    private static final Expiry.Lifetime DEFAULT_OVERLAP =
            new Expiry.Lifetime(Duration.ofDays(1).toSeconds(), 0);
    private static final int NANOS_PER_MILLI = 1_000_000;
    private static final int MAX_NANOS = 999_999_999;

    private final List<String> catalogue;

    /** @param catalogue the scopes that a key can have */
    public KeyRules(Collection<String> catalogue) {
        this.catalogue = List.copyOf(catalogue);
    }

    /**
     * The validated parameters of a key.
     *
     * @param expiresAt epoch milliseconds, or {@link KeyRecord#NEVER}
     */
    public record Terms(Environment environment, Set<String> scopes, long expiresAt) {

        public static Terms of(Environment environment, List<String> scopes, long expiresAt) {
            return new Terms(environment, new LinkedHashSet<>(scopes), expiresAt);
        }
    }

    /**
     * Validates the complete request.
     *
     * @param now epoch milliseconds
     * @throws RefusedException with every invalid field
     */
    public Terms check(NewKey wanted, long now) {
        return check(wanted, now, new Violations());
    }

    /**
     * Validates the request as {@link #check(NewKey, long)} does, and also reports the {@code violations} found before.
     */
    public Terms check(NewKey wanted, long now, Violations violations) {
        violations.workspace("workspace", wanted.workspace());
        violations.name("name", wanted.name());
        Environment environment = Environment.of(wanted.environment());
        if (environment == null) {
            violations.add("environment", wanted.environment(), "LIVE or TEST");
        }
        checkScopes(wanted.scopes(), violations);
        long expiresAt = expiresAt(wanted.expiry(), now, violations);
        violations.throwIfAny();
        return new Terms(
                environment == null ? Environment.TEST : environment, new LinkedHashSet<>(wanted.scopes()), expiresAt);
    }

    /** Validates the scopes of a key. */
    public void checkScopes(List<String> scopes, Violations violations) {
        if (scopes.isEmpty()) {
            violations.add(
                    "scopes",
                    "[]",
                    "at least one scope of the policy" + (catalogue.isEmpty() ? ", which has none" : ""));
        }
        for (int i = 0; i < scopes.size(); i++) {
            String scope = scopes.get(i);
            if (!catalogue.contains(scope)) {
                String nearest = NearestName.of(scope, catalogue);
                violations.add(
                        "scopes[" + i + "]",
                        MessageText.quoted(scope),
                        "a scope of the policy" + (nearest == null ? ", which has none" : ", nearest: " + nearest));
            }
        }
    }

    /** Adds a violation for each of {@code kept} that is not among the {@code scopes} of a key. */
    public static void checkSubset(List<String> kept, Set<String> scopes, Violations violations) {
        for (int i = 0; i < kept.size(); i++) {
            String scope = kept.get(i);
            if (!scopes.contains(scope)) {
                String nearest = NearestName.of(scope, scopes);
                violations.add(
                        "scopes[" + i + "]",
                        MessageText.quoted(scope),
                        "a scope that the key has" + (nearest == null ? "; it has none" : ", nearest: " + nearest));
            }
        }
    }

    /** Returns the name of the request field that carries {@code expiry}. */
    public static String field(Expiry expiry) {
        return expiry instanceof Expiry.At ? "expire_time" : "lifetime";
    }

    /** Returns {@code expiry} as text for people, as it was received. */
    public static String text(Expiry expiry) {
        if (expiry instanceof Expiry.Lifetime lifetime) {
            return seconds(lifetime);
        }
        return expiry instanceof Expiry.At at ? text(at) : "never";
    }

    /** Returns the end of the overlap, in epoch milliseconds. */
    public static long overlapEnd(Optional<Expiry.Lifetime> overlap, long now, Violations violations) {
        Expiry.Lifetime length = overlap.orElse(DEFAULT_OVERLAP);
        boolean none = length.seconds() == 0 && length.nanos() == 0;
        return none ? now : endOf("overlap", "0s or", length, now, violations);
    }

    /** Returns the expiry of a key, in epoch milliseconds, or {@link KeyRecord#NEVER}. */
    public static long expiresAt(Expiry expiry, long now, Violations violations) {
        if (expiry instanceof Expiry.Lifetime lifetime) {
            return endOf("lifetime", "at least", lifetime, now, violations);
        }
        return expiry instanceof Expiry.At at ? timeOf(at, now, violations) : KeyRecord.NEVER;
    }

    /**
     * Returns the end of a period that starts now, in epoch milliseconds. Adds a violation if the period is not
     * positive or ends too late.
     *
     * @param least the start of the text that describes the expected value
     */
    public static long endOf(String field, String least, Expiry.Lifetime lifetime, long now, Violations violations) {
        // The seconds are bounded by the last millisecond, so nothing below can overflow.
        boolean sound = lifetime.nanos() >= 0
                && lifetime.nanos() <= MAX_NANOS
                && lifetime.seconds() >= 0
                && lifetime.seconds() <= LAST_MILLI / 1000;
        long millis = sound ? lifetime.seconds() * 1000 + lifetime.nanos() / NANOS_PER_MILLI : 0;
        if (millis <= 0 || millis > LAST_MILLI - now) {
            violations.add(field, seconds(lifetime), least + " 0.001s, and an end before the year 10000");
        }
        return now + millis;
    }

    private static long timeOf(Expiry.At at, long now, Violations violations) {
        boolean sound =
                at.nanos() >= 0 && at.nanos() <= MAX_NANOS && at.seconds() >= 0 && at.seconds() <= LAST_MILLI / 1000;
        long millis = sound ? at.seconds() * 1000 + at.nanos() / NANOS_PER_MILLI : 0;
        if (millis <= now || millis > LAST_MILLI) {
            violations.add(
                    "expire_time",
                    text(at),
                    "later than now, " + Instant.ofEpochMilli(now) + ", and before the year 10000");
        }
        return millis;
    }

    private static String seconds(Expiry.Lifetime lifetime) {
        return lifetime.nanos() == 0
                ? lifetime.seconds() + "s"
                : lifetime.seconds() + "s and " + lifetime.nanos() + "ns";
    }

    private static String text(Expiry.At at) {
        try {
            return Instant.ofEpochSecond(at.seconds(), at.nanos()).toString();
        } catch (DateTimeException | ArithmeticException e) {
            return at.seconds() + "s after 1970";
        }
    }
}
