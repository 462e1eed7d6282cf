package dev.latchkey.cli.environment;

import java.time.Duration;
import java.util.Map;

/**
 * What commands take from the process around them.
 *
 * @param variables the environment
 * @param termination how those that run until told to stop are told
 * @param callTimeout the most that one call of the control plane may take
 * @param input where keys are read from
 */
public record Surroundings(
        Map<String, String> variables, Termination termination, Duration callTimeout, SecretInput input) {
    public Surroundings {
        variables = Map.copyOf(variables);
    }
}
