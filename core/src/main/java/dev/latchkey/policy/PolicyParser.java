package dev.latchkey.policy;

import dev.latchkey.policy.file.PolicyProblems;
import dev.latchkey.policy.file.Yaml;
import dev.latchkey.policy.file.YamlFields;
import dev.latchkey.policy.file.YamlReader;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A single-use parser for one policy file. It continues after a problem, so that one run reports all problems. */
final class PolicyParser {
    private static final List<String> FIELDS = List.of("hosts", "scopes", "routes", "preflight", "readings");
    private static final Pattern SCOPE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9:._/-]{0,63}");

    private final PolicyProblems problems;

    PolicyParser(String fileName) {
        this.problems = new PolicyProblems(fileName);
    }

    Policy parse(String text) {
        Yaml root = YamlReader.read(text, problems);
        YamlFields fields = root == null ? null : YamlFields.of("policy", root, FIELDS, problems);
        if (root == null || fields == null) {
            problems.throwIfAny();
            // Not reachable: reading a policy returns null only after a problem has been added.
            throw new IllegalStateException("no policy, and no problem");
        }
        Set<String> hosts = hosts(fields);
        Map<String, String> scopes = scopes(fields);
        boolean exactReadings = isFirst(fields, "readings", "exact", "all");
        RouteTable table = new RouteTable(rules(fields, root.line(), scopes), exactReadings);
        boolean preflight = isFirst(fields, "preflight", "allow", "deny");
        problems.throwIfAny();
        return new Policy(hosts, scopes, table, preflight, exactReadings);
    }

    private Set<String> hosts(YamlFields fields) {
        Set<String> hosts = new LinkedHashSet<>();
        Yaml.Entry field = fields.find("hosts");
        if (field == null) {
            return hosts;
        }
        for (Yaml item : fields.list(field, "a list of hosts; without it, any host")) {
            String text = fields.text("hosts", item, "a host");
            String host = text == null ? null : host(text, item.line());
            if (host != null && !hosts.add(host)) {
                problems.add(item.line(), "hosts: " + text, "each host once");
            }
        }
        return hosts;
    }

    private @Nullable String host(String text, int line) {
        try {
            return Hosts.pattern(text);
        } catch (IllegalArgumentException e) {
            problems.add(line, "hosts: " + text, String.valueOf(e.getMessage()));
            return null;
        }
    }

    /**
     * Returns the scope catalogue. Scopes with a malformed name or description are included, so that rules that use
     * them are not reported as well.
     */
    private Map<String, String> scopes(YamlFields fields) {
        Map<String, String> scopes = new LinkedHashMap<>();
        Yaml.Entry field = fields.find("scopes");
        if (field == null) {
            return scopes;
        }
        if (!(field.value() instanceof Yaml.Mapping catalogue)
                || catalogue.entries().isEmpty()) {
            String given = "scopes: " + field.value().describe();
            problems.add(field.line(), given, "a mapping of scopes to descriptions");
            return scopes;
        }
        for (Yaml.Entry entry : catalogue.entries()) {
            if (!SCOPE.matcher(entry.key()).matches()) {
                problems.add(entry.line(), "scopes: " + entry.key(), "a scope of the form " + SCOPE);
            }
            String description = fields.text("scopes: " + entry.key(), entry.value(), "a description");
            scopes.put(entry.key(), description == null ? "" : description);
        }
        return scopes;
    }

    private List<RouteTable.Entry> rules(YamlFields fields, int line, Map<String, String> scopes) {
        RuleParser rules = new RuleParser(scopes.keySet(), problems);
        Yaml.Entry field = fields.find("routes");
        if (field == null) {
            problems.add(line, "policy without routes", "routes: a list of rules");
        } else {
            fields.list(field, "a list of rules").forEach(rules::parse);
        }
        return rules.entries();
    }

    /** Reads a field with two possible values and tells whether it has the first. The second value is the default. */
    private boolean isFirst(YamlFields fields, String name, String first, String second) {
        String expected = first + " or " + second;
        Yaml.Entry field = fields.find(name);
        String text = field == null ? null : fields.text(name, field.value(), expected);
        if (field != null && text != null && !text.equals(first) && !text.equals(second)) {
            problems.add(field.line(), name + ": " + text, expected);
        }
        return first.equals(text);
    }
}
