package dev.latchkey.cli.policy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.cli.output.TextTable;
import dev.latchkey.policy.Policy;
import dev.latchkey.policy.Requirement;
import dev.latchkey.policy.Route;
import java.util.regex.Pattern;

/** The presentation of a policy. */
final class PolicyView {
    private static final Pattern SPACE = Pattern.compile("\\s+");
    /** The environment of a rule that does not say which keys it accepts: the Envoy route decides. */
    private static final String AS_ROUTED = "route";

    private PolicyView() {}

    /** Returns the rules and the scopes as JSON, with the field names of the policy file. */
    static ObjectNode json(Policy policy) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode scopes = json.putObject("scopes");
        policy.scopes().forEach(scopes::put);
        ArrayNode rules = json.putArray("routes");
        for (Route route : policy.routes()) {
            ObjectNode rule = rules.addObject();
            rule.put("match", route.rule());
            putRequirement(rule, route.requirement());
            if (route.environment() != null) {
                rule.put("environment", route.environment().text());
            }
        }
        json.put("preflight", preflight(policy));
        if (policy.exactReadings()) {
            json.put("readings", "exact");
        }
        return json;
    }

    /**
     * Returns tables of the rules and of the scopes, followed by the settings for preflight requests and path readings.
     */
    static String text(Policy policy) {
        TextTable rules = new TextTable().row("METHOD", "TEMPLATE", "NEEDS", "ENVIRONMENT");
        for (Route route : policy.routes()) {
            String[] rule = SPACE.split(route.rule().strip(), 2);
            rules.row(rule[0], rule[1], needs(route.requirement()), environment(route));
        }
        TextTable scopes = new TextTable().row("SCOPE", "DESCRIPTION");
        policy.scopes().forEach(scopes::row);
        return rules + "\n" + scopes + "\npreflight: " + preflight(policy) + "\n"
                + (policy.exactReadings() ? "readings: exact\n" : "");
    }

    private static void putRequirement(ObjectNode rule, Requirement requirement) {
        switch (requirement.kind()) {
            case PUBLIC -> rule.put("public", true);
            case ALL_OF -> requirement.scopes().forEach(rule.putArray("all-of")::add);
            case ANY_OF -> requirement.scopes().forEach(rule.putArray("any-of")::add);
        }
    }

    private static String needs(Requirement requirement) {
        return switch (requirement.kind()) {
            case PUBLIC -> "nothing (public)";
            case ALL_OF -> String.join(" and ", requirement.scopes());
            case ANY_OF -> String.join(" or ", requirement.scopes());
        };
    }

    private static String environment(Route route) {
        if (route.isPublic()) {
            return "-";
        }
        return route.environment() == null ? AS_ROUTED : route.environment().text();
    }

    private static String preflight(Policy policy) {
        return policy.preflight() ? "allow" : "deny";
    }
}
