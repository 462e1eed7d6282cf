package dev.latchkey.control.explain;

import dev.latchkey.control.explain.Finding.Outcome;
import dev.latchkey.control.rules.MessageText;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Policies;
import dev.latchkey.decision.Reason;
import dev.latchkey.decision.RouteConfig;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.policy.Misreading;
import dev.latchkey.policy.Policy;
import dev.latchkey.policy.Requirement;
import dev.latchkey.policy.Route;
import dev.latchkey.policy.path.CanonicalPath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The findings of a decision, reconstructed after the fact: the decision's reason tells how far it came, and the data
 * that it looked at is still available. This class makes no judgement of its own.
 */
final class Findings {
    private final Question question;
    private final Decision decision;
    private final Witness witness;
    private final Policies policies;
    private final long now;

    Findings(Question question, Decision decision, Witness witness, Policies policies, long now) {
        this.question = question;
        this.decision = decision;
        this.witness = witness;
        this.policies = policies;
        this.now = now;
    }

    List<Finding> all() {
        DecisionStep last = last();
        return Arrays.stream(DecisionStep.values())
                .map(step -> step.compareTo(last) > 0
                        ? new Finding(step, Outcome.NOT_REACHED, "")
                        : new Finding(step, failed(step, last) ? Outcome.FAILED : Outcome.PASSED, detail(step)))
                .toList();
    }

    /** Returns the last step that the decision looked at. */
    private DecisionStep last() {
        return switch (decision.reason()) {
            case BAD_ROUTE_CONFIG -> DecisionStep.ROUTE;
            case PATH_NOT_CANONICAL -> DecisionStep.PATH;
            case METHOD_NOT_CANONICAL -> DecisionStep.METHOD;
            case PUBLIC, PREFLIGHT -> DecisionStep.RULE;
            case NO_CREDENTIAL, MALFORMED_CREDENTIAL, BAD_CHECKSUM -> DecisionStep.CREDENTIAL;
            case UNKNOWN_KEY -> DecisionStep.KEY;
            case REVOKED_KEY -> witness.workspaceAsked() ? DecisionStep.WORKSPACE : DecisionStep.STATE;
            case EXPIRED_KEY -> DecisionStep.EXPIRY;
            case WRONG_ENVIRONMENT -> DecisionStep.ENVIRONMENT;
            case WORKSPACE_MISSING, WORKSPACE_INACTIVE, NO_RULE -> DecisionStep.WORKSPACE;
            case SCOPE_MISSING, OK -> DecisionStep.SCOPE;
            case STORE_UNAVAILABLE, STORE_TIMEOUT, BAD_RECORD, OVERLOADED, INTERNAL ->
                witness.workspaceAsked() ? DecisionStep.WORKSPACE : DecisionStep.KEY;
        };
    }

    private boolean failed(DecisionStep step, DecisionStep last) {
        if (step == DecisionStep.RULE) {
            // The missing rule is known early but reported late, and only to the holder of a valid key.
            return decision.route() == null && decision.reason() != Reason.PREFLIGHT;
        }
        return step == last && decision instanceof Decision.Deny && decision.reason() != Reason.NO_RULE;
    }

    private String detail(DecisionStep step) {
        return switch (step) {
            case ROUTE -> route();
            case PATH -> path();
            case METHOD -> method();
            case RULE -> rule();
            case CREDENTIAL -> credential();
            case KEY -> key();
            case STATE -> last() == DecisionStep.STATE ? "revoked" : "active";
            case EXPIRY -> expiry();
            case ENVIRONMENT -> environment();
            case WORKSPACE -> workspace();
            case SCOPE -> scope();
        };
    }

    private String route() {
        RouteConfig route = question.route();
        List<String> says = new ArrayList<>();
        if (route.environment() != null) {
            says.add("serves " + route.environment().text() + " keys");
        }
        if (route.policy() != null) {
            boolean loaded = policies.named().containsKey(route.policy());
            says.add("asks for the policy " + MessageText.quoted(route.policy())
                    + (loaded
                            ? ""
                            : ", which is not loaded (loaded: "
                                    + policies.named().keySet().stream()
                                            .sorted()
                                            .toList() + ")"));
        }
        return says.isEmpty() ? "the Envoy route says nothing" : "the Envoy route " + String.join(" and ", says);
    }

    private String path() {
        return decision.reason() == Reason.PATH_NOT_CANONICAL ? PathFault.of(question.path()) : "in canonical form";
    }

    private String method() {
        return decision.reason() == Reason.METHOD_NOT_CANONICAL
                ? MessageText.quoted(question.method()) + " (expected: upper-case letters, then also digits, _ and -)"
                : question.method();
    }

    private String rule() {
        Route route = decision.route();
        if (route != null) {
            return route.rule() + " " + requires(route.requirement());
        }
        if (decision.reason() == Reason.PREFLIGHT) {
            return "a CORS preflight, which the policy lets through";
        }
        Policy policy = policy();
        if (!policy.servesHost(question.authority())) {
            return "the policy is not for the host " + MessageText.quoted(question.authority());
        }
        CanonicalPath path = question.request().path();
        Misreading misreading = path == null ? null : policy.misreading(question.method(), path);
        return misreading == null
                ? "the policy has no rule for this method and path, so no key gives access"
                : misreading.chosen().rule() + " matches, but read "
                        + misreading.reading().text()
                        + " the path is one of " + misreading.otherText()
                        + "; an upstream may read it so, so no key gives access";
    }

    private Policy policy() {
        String name = question.route().policy();
        return name == null
                ? policies.standard()
                : Objects.requireNonNull(policies.named().get(name), "it was found before");
    }

    private String credential() {
        if (question.credential() instanceof Credential.Presented presented) {
            return "a well-formed " + presented.key().environment().text() + " key";
        }
        return switch (decision.reason()) {
            case NO_CREDENTIAL -> "no key was given";
            case BAD_CHECKSUM -> "the form of a key, but not its checksum: a typing error, or not complete";
            default -> "not the form of a key of this brand";
        };
    }

    private String key() {
        if (witness.failure().isPresent() && !witness.workspaceAsked()) {
            return "the index could not be read: " + witness.failure().get();
        }
        String versions = witness.found().entrySet().stream()
                .map(entry -> (entry.getValue() ? "found" : "not found") + " under pepper " + entry.getKey())
                .collect(Collectors.joining(", "));
        KeyRecord key = decision.key();
        if (key == null) {
            return versions.isEmpty()
                    ? "not looked up"
                    : versions + " (never made here, or removed long after its end)";
        }
        boolean foreign = decision.reason() == Reason.BAD_RECORD && !witness.workspaceAsked();
        return versions + ": " + key.id() + " of " + key.workspace()
                + (foreign ? ", whose record is for another environment than the key's own text" : "");
    }

    private String expiry() {
        long end = record().expiresAt();
        if (end == KeyRecord.NEVER) {
            return "never expires";
        }
        String verb = decision.reason() == Reason.EXPIRED_KEY ? "expired at " : "expires at ";
        return verb + Instant.ofEpochMilli(end) + ", now is " + Instant.ofEpochMilli(now);
    }

    private String environment() {
        Environment served = question.route().environment();
        Route route = decision.route();
        String ruled = route == null || route.environment() == null
                ? "nothing"
                : route.environment().text();
        return "a " + record().environment().text() + " key; the Envoy route says "
                + (served == null ? "nothing" : served.text()) + ", the rule " + ruled
                + (served == null && ruled.equals("nothing") ? ": live keys only" : "");
    }

    private String workspace() {
        String id = record().workspace();
        return switch (decision.reason()) {
            case WORKSPACE_MISSING -> id + " is not in the index";
            case WORKSPACE_INACTIVE -> id + " is inactive";
            case REVOKED_KEY -> "all keys that " + id + " had were revoked, this one among them";
            case STORE_UNAVAILABLE, STORE_TIMEOUT, BAD_RECORD, OVERLOADED, INTERNAL ->
                id + " could not be read: " + witness.failure().orElse("a fault inside");
            default -> id + " is active";
        };
    }

    private String scope() {
        Route route = Objects.requireNonNull(decision.route(), "scopes are compared with a rule's");
        return "the key holds " + String.join(" ", record().scopes()) + "; the rule " + requires(route.requirement());
    }

    private static String requires(Requirement requirement) {
        return switch (requirement.kind()) {
            case PUBLIC -> "is public: no key is needed";
            case ANY_OF -> "requires one of " + requirement.scopeText();
            case ALL_OF ->
                (requirement.scopes().size() == 1 ? "requires " : "requires all of ") + requirement.scopeText();
        };
    }

    /** Returns the key that was judged. A decision about a later fault no longer carries the key; the witness does. */
    private KeyRecord record() {
        KeyRecord key = decision.key();
        return Objects.requireNonNull(key == null ? witness.key() : key, "a key was found before this step");
    }
}
