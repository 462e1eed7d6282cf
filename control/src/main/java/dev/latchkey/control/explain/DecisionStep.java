package dev.latchkey.control.explain;

/** The steps of a decision, in order. A missing rule for the path is reported only after {@link #WORKSPACE}. */
public enum DecisionStep {
    /** The settings of the Envoy route. */
    ROUTE,
    PATH,
    METHOD,
    RULE,
    CREDENTIAL,
    /** Whether the index holds the key. */
    KEY,
    /** Whether the key is revoked. */
    STATE,
    EXPIRY,
    ENVIRONMENT,
    WORKSPACE,
    SCOPE
}
