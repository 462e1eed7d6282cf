package dev.latchkey.cli;

import dev.latchkey.config.Settings;
import dev.latchkey.decision.Policies;
import dev.latchkey.policy.InvalidPolicyException;
import dev.latchkey.policy.Policy;
import dev.latchkey.text.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the policy files that a process needs, and collects what is wrong with any of them. */
final class PolicyFiles {
    private final List<String> problems = new ArrayList<>();

    private PolicyFiles() {}

    /**
     * Reads all of them.
     *
     * @throws CommandFailure with every problem of every file
     */
    static Policies load(Settings.Policies files) {
        PolicyFiles reading = new PolicyFiles();
        Policy standard = reading.read(files.file());
        Map<String, Policy> named = new LinkedHashMap<>();
        files.named().forEach((name, file) -> {
            Policy policy = reading.read(file);
            if (policy != null) {
                named.put(name, policy);
            }
        });
        if (standard == null || !reading.problems.isEmpty()) {
            int count = reading.problems.size();
            String heading = count == 1 ? "1 problem in the policy" : count + " problems in the policy";
            throw CommandFailure.usage(CommandFailure.report(heading, reading.problems));
        }
        return new Policies(standard, named);
    }

    private @Nullable Policy read(Path file) {
        try {
            return Policy.parse(TextFile.read(file), file.toString());
        } catch (IOException e) {
            problems.add(e.getMessage() + " (expected: the policy file that the settings name)");
        } catch (InvalidPolicyException e) {
            problems.addAll(e.problems());
        }
        return null;
    }
}
