package dev.latchkey.policy;

import dev.latchkey.policy.RouteTable.MethodRoutes;
import dev.latchkey.policy.file.PolicyProblems;
import dev.latchkey.policy.file.Yaml;
import dev.latchkey.policy.file.YamlFields;
import dev.latchkey.policy.path.Methods;
import dev.latchkey.policy.path.PathTemplate;
import dev.latchkey.text.NearestName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A parser for the rules of one policy file. */
final class RuleParser {
    private static final List<String> REQUIREMENTS = List.of("scope", "all-of", "any-of", "public");
    private static final List<String> FIELDS = List.of("match", "scope", "all-of", "any-of", "public", "environment");
    private static final String ONE_REQUIREMENT = "exactly one of scope, all-of, any-of, public: true";
    private static final String MATCH = "METHOD template, such as GET /v1/cases";

    private final Set<String> scopes;
    private final PolicyProblems problems;
    /** The line of the first rule for each method and template, including rules with problems. */
    private final Map<Place, Integer> lines = new HashMap<>();

    private final List<RouteTable.Entry> entries = new ArrayList<>();

    /** A method and a template, for which a policy has at most one rule. */
    private record Place(String method, PathTemplate template) {}

    /** @param scopes the names in the scope catalogue */
    RuleParser(Set<String> scopes, PolicyProblems problems) {
        this.scopes = scopes;
        this.problems = problems;
    }

    /** Returns the valid rules that have been parsed so far. */
    List<RouteTable.Entry> entries() {
        return entries;
    }

    /** Parses one item of {@code routes}. */
    void parse(Yaml node) {
        YamlFields rule = YamlFields.of("rule", node, FIELDS, problems);
        if (rule == null) {
            return;
        }
        Requirement requirement = requirement(rule, node.line());
        RouteEnvironment environment = environment(rule, requirement);
        for (Yaml match : matches(rule, node.line())) {
            String text = rule.text("match", match, MATCH);
            Place place = text == null ? null : place(text, match.line());
            if (text != null && place != null && isFirst(place, text, match.line()) && requirement != null) {
                Route route = new Route(text, requirement, environment);
                entries.add(new RouteTable.Entry(place.method, place.template, route, match.line()));
            }
        }
    }

    private List<Yaml> matches(YamlFields rule, int line) {
        Yaml.Entry field = rule.find("match");
        if (field == null) {
            problems.add(line, "rule without match", "match: " + MATCH);
            return List.of();
        }
        return field.value() instanceof Yaml.Sequence ? rule.list(field, MATCH) : List.of(field.value());
    }

    private @Nullable Place place(String text, int line) {
        String given = "match: " + text;
        int space = text.indexOf(' ');
        if (space < 0) {
            problems.add(line, given, MATCH);
            return null;
        }
        String method = text.substring(0, space);
        boolean isMethod = method.equals(MethodRoutes.ANY) || Methods.isCanonical(method);
        if (!isMethod) {
            problems.add(line, given, "a method in upper case, or * for any");
        }
        try {
            PathTemplate template = PathTemplate.parse(text.substring(space + 1));
            return isMethod ? new Place(method, template) : null;
        } catch (IllegalArgumentException e) {
            problems.add(line, given, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private boolean isFirst(Place place, String text, int line) {
        Integer earlier = lines.putIfAbsent(place, line);
        if (earlier != null) {
            String expected = "one rule for a method and a template; the first is on line " + earlier;
            problems.add(line, "match: " + text, expected);
        }
        return earlier == null;
    }

    private @Nullable Requirement requirement(YamlFields rule, int line) {
        List<Yaml.Entry> given = rule.among(REQUIREMENTS);
        if (given.isEmpty()) {
            problems.add(line, "rule without scope", ONE_REQUIREMENT);
            return null;
        }
        if (given.size() > 1) {
            String names = given.stream().map(Yaml.Entry::key).collect(Collectors.joining(" and "));
            problems.add(given.get(1).line(), names + " in one rule", ONE_REQUIREMENT);
        }
        List<Requirement> requirements = new ArrayList<>();
        for (Yaml.Entry field : given) {
            Requirement requirement = requirement(rule, field);
            if (requirement != null) {
                requirements.add(requirement);
            }
        }
        return requirements.size() == 1 ? requirements.get(0) : null;
    }

    private @Nullable Requirement requirement(YamlFields rule, Yaml.Entry field) {
        if (field.key().equals("public")) {
            if (isTrue(field.value())) {
                return Requirement.PUBLIC;
            }
            refuse(field, "true");
            return null;
        }
        boolean single = field.key().equals("scope");
        List<Yaml> items = single ? List.of(field.value()) : rule.list(field, "a list of scopes");
        String expected = single ? "one scope; for more, all-of or any-of" : "a scope";
        Set<String> names = new LinkedHashSet<>();
        for (Yaml item : items) {
            String name = rule.text(field.key(), item, expected);
            if (name != null) {
                checkScope(name, field.key(), item.line());
                if (!names.add(name)) {
                    problems.add(item.line(), field.key() + ": " + name, "each scope once");
                }
            }
        }
        Requirement.Kind kind = field.key().equals("any-of") ? Requirement.Kind.ANY_OF : Requirement.Kind.ALL_OF;
        return names.isEmpty() ? null : new Requirement(kind, List.copyOf(names));
    }

    private void checkScope(String name, String field, int line) {
        if (!scopes.contains(name)) {
            String nearest = NearestName.of(name, scopes);
            String expected = "a scope of the catalogue" + (nearest == null ? "" : "; the nearest is " + nearest);
            problems.add(line, field + ": " + name, expected);
        }
    }

    private @Nullable RouteEnvironment environment(YamlFields rule, @Nullable Requirement requirement) {
        Yaml.Entry field = rule.find("environment");
        if (field == null) {
            return null;
        }
        if (Requirement.PUBLIC.equals(requirement)) {
            refuse(field, "none where public: true lets everybody in");
            return null;
        }
        String expected = "live, test or both";
        String text = rule.text("environment", field.value(), expected);
        RouteEnvironment environment = text == null ? null : RouteEnvironment.of(text);
        if (text != null && environment == null) {
            refuse(field, expected);
        }
        return environment;
    }

    private void refuse(Yaml.Entry field, String expected) {
        problems.add(field.line(), field.key() + ": " + field.value().describe(), expected);
    }

    private static boolean isTrue(Yaml value) {
        return value instanceof Yaml.Scalar scalar
                && !scalar.isText()
                && scalar.text().equals("true");
    }
}
