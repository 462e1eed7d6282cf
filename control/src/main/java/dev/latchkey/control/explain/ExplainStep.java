package dev.latchkey.control.explain;

/** What a decision looks at, in its order. A path without a rule is answered only after {@link #WORKSPACE}. */
public enum ExplainStep {
    /** What the Envoy route says of itself. */
    ROUTE,
    PATH,
    METHOD,
    RULE,
    CREDENTIAL,
    /** Whether the index holds it. */
    KEY,
    /** Whether it is revoked. */
    STATE,
    EXPIRY,
    ENVIRONMENT,
    WORKSPACE,
    SCOPE
}
