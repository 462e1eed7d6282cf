package dev.latchkey.cli.environment;

import java.time.Duration;
import java.util.Map;

/**
 * The parts of the surrounding process that commands use.
 *
 * @param variables the environment variables
 * @param termination the signal to stop, for commands that run until they are told to stop
 * @param callTimeout the deadline of one call to the control plane
 * @param input the source of API keys
 */
public record Surroundings(
        Map<String, String> variables, Termination termination, Duration callTimeout, SecretInput input) {
    public Surroundings {
        variables = Map.copyOf(variables);
    }
}
