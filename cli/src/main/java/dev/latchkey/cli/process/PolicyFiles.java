package dev.latchkey.cli.process;

import dev.latchkey.config.Settings;
import dev.latchkey.config.value.NamedFile;
import dev.latchkey.decision.Policies;
import dev.latchkey.policy.Policy;
import dev.latchkey.policy.file.InvalidPolicyException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A reader of policy files that collects the problems of all files. This class is not thread-safe. */
final class PolicyFiles {
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Policy> named = new LinkedHashMap<>();
    private @Nullable Policy standard;

    /** Reads all policy files and returns every problem of every file; empty if there is none. */
    List<String> read(Settings.Policies files) {
        standard = read(files.file());
        files.named().forEach((name, file) -> {
            Policy policy = read(file);
            if (policy != null) {
                named.put(name, policy);
            }
        });
        return problems;
    }

    /** Returns the policies. All files must have been read without a problem. */
    Policies policies() {
        if (standard == null || !problems.isEmpty()) {
            throw new IllegalStateException("not read, or not without a problem");
        }
        return new Policies(standard, named);
    }

    private @Nullable Policy read(NamedFile file) {
        try {
            return Policy.parse(file.read(), file.path().toString());
        } catch (IOException e) {
            problems.add(e.getMessage() + " (expected: a policy file)");
        } catch (InvalidPolicyException e) {
            problems.addAll(e.problems());
        }
        return null;
    }
}
