package dev.latchkey.cli.demo;

/** The keys of the demo. They are shown on purpose: nothing but the demo accepts them, and they end with it. */
record DemoKeys(String live, String test, String readOnly, String expired, String revoked, String inactive) {
    /** The documentation's example, of which the demo knows a record. */
    static final String IMPORTED = "opt_live_abc123def456ghi789";

    @Override
    public String toString() {
        return "DemoKeys[…]";
    }
}
