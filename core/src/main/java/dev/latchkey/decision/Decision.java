package dev.latchkey.decision;

import dev.latchkey.key.KeyRecord;
import dev.latchkey.policy.Route;
import org.jspecify.annotations.Nullable;

/** The answer about one request. There is no third kind: what is not surely an {@link Allow} is a {@link Deny}. */
public sealed interface Decision {

    Reason reason();

    /** Returns the rule that was matched; null if none was, or the request was refused before. */
    @Nullable
    Route route();

    /** Returns the record of the key, for metadata; null if none was found, or none was needed. */
    @Nullable
    KeyRecord key();

    /** The request may pass, as {@code key}; or as nobody, if the rule asks for no key. */
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

    /** The request is refused. */
    record Deny(
            Reason reason, @Nullable Route route, @Nullable KeyRecord key) implements Decision {
        public Deny {
            if (reason.denial() == null) {
                throw new IllegalArgumentException("reason: " + reason + " (expected: a reason to deny)");
            }
        }

        /** Returns the denial for what is known of neither rule nor key. */
        public static Deny of(Reason reason) {
            return new Deny(reason, null, null);
        }

        /** Returns what the caller is told. */
        public Denial denial() {
            Denial denial = reason.denial();
            if (denial == null) {
                throw new AssertionError(reason);
            }
            return denial;
        }
    }
}
