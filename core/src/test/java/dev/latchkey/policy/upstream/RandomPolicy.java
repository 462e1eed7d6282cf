package dev.latchkey.policy.upstream;

import dev.latchkey.policy.Policy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** A small policy in which templates lie over each other, and paths that are near its templates. */
final class RandomPolicy {
    private static final String[] SPELLED = {
        "docs", "internal", "export", "cases", "Admin", "export.json", "a", "cases:merge"
    };
    private static final String[] METHODS = {"GET", "GET", "GET", "POST", "*"};
    private static final String[] NEEDS = {"public", "a", "b"};
    private static final String[] ENVIRONMENTS = {"", "", "live", "test", "both"};
    /** What a segment of a path may be followed by. */
    private static final String[] ENDS = {
        ".json",
        ".tar.gz",
        ".",
        "..",
        "%20",
        "%20.",
        ",x",
        ":verb",
        ";x",
        "%3bx",
        "%00",
        "%00.json",
        "%3fx",
        "%23x",
        "%c2%a0",
        "%e3%80%80",
        "%09",
        "%0a",
        "%252e",
        ".JSON",
        "%ef%bc%8ejson",
        "%ef%bc%8c",
        "%ef%bc%9ax",
        "%ef%bc%9fx",
        "%ef%bc%9bx",
        ". "
    };
    /** What may stand between two segments. */
    private static final String[] BETWEEN = {
        "//",
        "/./",
        "/x/../",
        "/%2e/",
        "/x/%2e%2e/",
        "/x/.%2e/",
        "%2f",
        "%252f",
        "\\",
        "%5c",
        "/x\\..\\",
        "/x/..;/",
        "/;/",
        "/%20/",
        "/x%2f..%2f",
        "/x/%252e%252e/",
        "/%ef%bc%8e/",
        "/x/%ef%bc%8e%ef%bc%8e/",
        "%ef%bc%8f",
        "/%e2%80%a4/",
        "%c0%af",
        "/x/%c0%ae%c0%ae/",
        "/x/%u002e%u002e/",
        "%u002f",
        "/.../",
        "/%09/",
        "/x/.%09./",
        "%ef%bc%bc"
    };

    private final Random random;
    private final List<Meaning.Rule> rules = new ArrayList<>();

    RandomPolicy(Random random) {
        this.random = random;
        Map<String, Meaning.Rule> byPlace = new LinkedHashMap<>();
        int count = 2 + random.nextInt(7);
        for (int i = 0; i < count; i++) {
            Meaning.Rule rule = new Meaning.Rule(pick(METHODS), template(), pick(NEEDS), pick(ENVIRONMENTS));
            String environment = rule.needs().equals("public") ? "" : rule.environment();
            byPlace.putIfAbsent(
                    rule.method() + rule.template(),
                    new Meaning.Rule(rule.method(), rule.template(), rule.needs(), environment));
        }
        rules.addAll(byPlace.values());
    }

    List<Meaning.Rule> rules() {
        return rules;
    }

    Policy policy(boolean exact) {
        StringBuilder yaml = new StringBuilder("scopes: {a: A, b: B}\n");
        yaml.append(exact ? "readings: exact\n" : "").append("routes:\n");
        for (Meaning.Rule rule : rules) {
            yaml.append("- match: '")
                    .append(rule.method())
                    .append(' ')
                    .append(rule.template())
                    .append("'\n");
            yaml.append(rule.needs().equals("public") ? "  public: true\n" : "  scope: " + rule.needs() + "\n");
            yaml.append(rule.environment().isEmpty() ? "" : "  environment: " + rule.environment() + "\n");
        }
        return Policy.parse(yaml.toString(), "random");
    }

    /** Returns the path of a template, with none to three things done to it. */
    String path() {
        String template = rules.get(random.nextInt(rules.size())).template();
        List<String> segments = new ArrayList<>(List.of(template.substring(1).split("/")));
        segments.replaceAll(segment -> segment.equals("{x}") || segment.equals("**") ? any() : segment);
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(segments.size());
            segments.set(at, changed(segments.get(at)));
        }
        boolean flipped = random.nextInt(4) == 0;
        return "/" + String.join("/", segments) + (template.endsWith("/") != flipped ? "/" : "");
    }

    private String changed(String segment) {
        return switch (random.nextInt(8)) {
            case 0 -> segment.toUpperCase(Locale.ROOT);
            case 1 -> wide(segment);
            case 2 -> any() + pick(BETWEEN) + segment;
            case 3 -> segment + "%" + String.format("%02x", random.nextInt(256));
            case 4 -> pick(ENDS) + segment;
            case 5 -> any();
            default -> segment + pick(ENDS);
        };
    }

    /** Returns {@code segment} with its first letter in full width. */
    private static String wide(String segment) {
        char first = segment.charAt(0);
        return first >= 'a' && first <= 'z'
                ? "%ef%bd%" + Integer.toHexString(0x81 + first - 'a') + segment.substring(1)
                : segment;
    }

    private String template() {
        StringBuilder template = new StringBuilder();
        boolean rest = false;
        int segments = 1 + random.nextInt(3);
        for (int i = 0; i < segments; i++) {
            int kind = random.nextInt(6);
            boolean again = kind == 5 && rest;
            rest |= kind == 5;
            template.append('/')
                    .append(
                            kind < 4 || again || (kind == 4 && template.indexOf("{") >= 0)
                                    ? pick(SPELLED)
                                    : kind == 4 ? "{x}" : "**");
        }
        return random.nextInt(4) == 0 ? template.append('/').toString() : template.toString();
    }

    private String any() {
        return random.nextInt(3) == 0 ? "7" : pick(SPELLED);
    }

    private String pick(String[] choices) {
        return choices[random.nextInt(choices.length)];
    }
}
