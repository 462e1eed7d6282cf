package dev.latchkey.policy;

import dev.latchkey.key.Environment;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The environments whose keys a rule accepts. */
public enum RouteEnvironment {
    LIVE,
    TEST,
    BOTH;

    /** Returns the constant that is spelled {@code text} in a policy file, or null if there is none. Case-sensitive. */
    static @Nullable RouteEnvironment of(String text) {
        for (RouteEnvironment environment : values()) {
            if (environment.text().equals(text)) {
                return environment;
            }
        }
        return null;
    }

    /** Returns the spelling in policy files: {@code live}, {@code test} or {@code both}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns whether a key of {@code environment} is accepted. */
    public boolean accepts(Environment environment) {
        return switch (this) {
            case LIVE -> environment == Environment.LIVE;
            case TEST -> environment == Environment.TEST;
            case BOTH -> true;
        };
    }
}
