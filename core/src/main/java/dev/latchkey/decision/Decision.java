package dev.latchkey.decision;

import dev.latchkey.key.KeyRecord;
import dev.latchkey.policy.Route;
import org.jspecify.annotations.Nullable;

/** The decision about one request. There is no third kind: a request that is not certainly allowed is denied. */
public sealed interface Decision {

    Reason reason();

    /** Returns the matching rule, or null if no rule matched or the request was denied before matching. */
    @Nullable
    Route route();

    /** Returns the record of the key, for metadata, or null if no record was found or needed. */
    @Nullable
    KeyRecord key();

    /** The request is allowed: with {@code key}, or without identity if the rule requires no key. */
    record Allow(
            Reason reason, @Nullable Route route, @Nullable KeyRecord key) implements Decision {
        public Allow {
            if (reason.denial() != null) {
                throw new IllegalArgumentException("reason: " + reason + " (expected: a reason to allow)");
            }
            if (reason == Reason.OK && (key == null || route == null)) {
                throw new IllegalArgumentException("allowed by key without key or rule");
            }
        }
    }

    /** The request is denied. */
    record Deny(
            Reason reason, @Nullable Route route, @Nullable KeyRecord key) implements Decision {
        public Deny {
            if (reason.denial() == null) {
                throw new IllegalArgumentException("reason: " + reason + " (expected: a reason to deny)");
            }
        }

        /** Returns a denial without a rule and without a key. */
        public static Deny of(Reason reason) {
            return new Deny(reason, null, null);
        }

        /** Returns the public part of the denial, which the caller is told. */
        public Denial denial() {
            Denial denial = reason.denial();
            if (denial == null) {
                throw new AssertionError(reason);
            }
            return denial;
        }
    }
}
