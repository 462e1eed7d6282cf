package dev.latchkey.policy;

import java.util.List;
import java.util.Set;

/**
 * The scopes that a rule requires of a key.
 *
 * @param scopes in file order; empty if and only if the kind is {@link Kind#PUBLIC}
 */
public record Requirement(Kind kind, List<String> scopes) {

    /** The requirement that needs no key. */
    public static final Requirement PUBLIC = new Requirement(Kind.PUBLIC, List.of());

    /** How the scopes combine. */
    public enum Kind {
        /** No key is needed. */
        PUBLIC,
        /** The key must hold every scope. A rule with a single {@code scope} has this kind. */
        ALL_OF,
        /** The key must hold at least one of the scopes. */
        ANY_OF
    }

    public Requirement {
        scopes = List.copyOf(scopes);
        // An empty ALL_OF list would be satisfied by every key.
        if (scopes.isEmpty() != (kind == Kind.PUBLIC)) {
            throw new IllegalArgumentException("scopes of " + kind + ": " + scopes
                    + (kind == Kind.PUBLIC ? " (expected: none)" : " (expected: at least one)"));
        }
    }

    /**
     * Returns whether a key with the scopes {@code held} satisfies this requirement. Every key
     * satisfies {@link Kind#PUBLIC}.
     */
    public boolean satisfiedBy(Set<String> held) {
        return switch (kind) {
            case PUBLIC -> true;
            case ALL_OF -> held.containsAll(scopes);
            case ANY_OF -> holdsOne(held);
        };
    }

    /**
     * Returns the scopes joined by one space: the {@code scope} of a challenge (RFC 6750 section 3). Empty if public.
     */
    public String scopeText() {
        return String.join(" ", scopes);
    }

    private boolean holdsOne(Set<String> held) {
        for (String scope : scopes) {
            if (held.contains(scope)) {
                return true;
            }
        }
        return false;
    }
}
