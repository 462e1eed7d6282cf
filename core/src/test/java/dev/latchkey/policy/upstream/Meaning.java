package dev.latchkey.policy.upstream;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a policy means, by its rules taken literally: every template is tried, the first of those that match decides.
 */
final class Meaning {
    private static final List<Set<String>> HELD = List.of(Set.of(), Set.of("a"), Set.of("b"), Set.of("a", "b"));

    private final Map<String, Template> templates = new TreeMap<>();

    /**
     * A rule.
     *
     * @param needs {@code public}, or a scope
     * @param environment empty if the rule says nothing of it
     */
    record Rule(String method, String template, String needs, String environment) {

        /** Tells whether somebody may pass by this who could not pass by {@code other}. */
        boolean admitsMoreThan(Rule other) {
            if (!needs.equals("public") && other.needs.equals("public")) {
                return false;
            }
            boolean everybody = needs.equals("public");
            boolean more = everybody && !other.needs.equals("public");
            for (Set<String> held : HELD) {
                for (String key : List.of("live", "test")) {
                    for (String served : List.of("", "live", "test")) {
                        more |= admits(held, key, served) && !other.admits(held, key, served);
                    }
                }
            }
            return more;
        }

        private boolean admits(Set<String> held, String key, String served) {
            if (needs.equals("public")) {
                return true;
            }
            String accepted = environment.isEmpty() ? (served.isEmpty() ? "live" : served) : environment;
            boolean right = accepted.equals("both") || accepted.equals(key);
            return held.contains(needs) && right && (served.isEmpty() || served.equals(key));
        }
    }

    /** A template and its rules by method. */
    private record Template(List<String> segments, Map<String, Rule> rules) {

        /** Sorts by specificity: from the left, what is spelled out before a name before the rest, the longer first. */
        String rank() {
            StringBuilder rank = new StringBuilder();
            for (String segment : segments) {
                rank.append(segment.isEmpty() ? "" : segment.equals("**") ? "c" : segment.equals("{x}") ? "b" : "a");
            }
            return rank.append('d').toString();
        }
    }

    Meaning(List<Rule> rules) {
        for (Rule rule : rules) {
            templates
                    .computeIfAbsent(rule.template, text -> new Template(segments(text), new TreeMap<>()))
                    .rules
                    .put(rule.method, rule);
        }
    }

    /**
     * What decides one path: a template that matches it, and that template's rule for a method, null if it has none.
     */
    record Verdict(String template, Rule rule) {

        boolean spellsOutTheEnd() {
            return !template.endsWith("}")
                    && !template.endsWith("*")
                    && !template.endsWith("}/")
                    && !template.endsWith("*/");
        }
    }

    /** Returns what decides {@code path}, which is decoded; several if the case of letters does not tell them apart. */
    List<Verdict> of(String method, String path, boolean caseMatters) {
        List<String> segments = segments(caseMatters ? path : path.toLowerCase(Locale.ROOT));
        List<Map.Entry<String, Template>> matching = new ArrayList<>();
        for (Map.Entry<String, Template> template : templates.entrySet()) {
            if (matches(template.getValue().segments, segments, caseMatters)) {
                matching.add(template);
            }
        }
        matching.sort(Comparator.comparing(template -> template.getValue().rank()));
        return matching.stream()
                .filter(template -> template.getValue()
                        .rank()
                        .equals(matching.get(0).getValue().rank()))
                .map(template -> new Verdict(template.getKey(), rule(template.getValue(), method)))
                .toList();
    }

    private static Rule rule(Template template, String method) {
        Rule any = template.rules.get("*");
        Rule get = method.equals("HEAD") ? template.rules.getOrDefault("GET", any) : any;
        return template.rules.getOrDefault(method, get);
    }

    private static List<String> segments(String path) {
        return List.of(path.substring(Math.min(1, path.length())).split("/", -1));
    }

    private static boolean matches(List<String> template, List<String> path, boolean caseMatters) {
        if (template.isEmpty() || path.isEmpty()) {
            return template.isEmpty() && path.isEmpty();
        }
        String first = template.get(0);
        List<String> rest = template.subList(1, template.size());
        if (first.equals("**")) {
            for (int taken = 1; taken <= path.size() && !path.get(taken - 1).isEmpty(); taken++) {
                if (matches(rest, path.subList(taken, path.size()), caseMatters)) {
                    return true;
                }
            }
            return false;
        }
        String spelled = caseMatters ? first : first.toLowerCase(Locale.ROOT);
        boolean same = first.equals("{x}") ? !path.get(0).isEmpty() : spelled.equals(path.get(0));
        return same && matches(rest, path.subList(1, path.size()), caseMatters);
    }
}
