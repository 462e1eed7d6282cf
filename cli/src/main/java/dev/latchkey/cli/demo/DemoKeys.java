package dev.latchkey.cli.demo;

/** The keys of the demo. The demo shows them on purpose: only the demo accepts these keys, and they end with it. */
record DemoKeys(String live, String test, String readOnly, String expired, String revoked, String inactive) {
    /** The example key of the documentation. The demo writes a record for it. */
    static final String IMPORTED = "opt_live_abc123def456ghi789";

    @Override
    public String toString() {
        return "DemoKeys[…]";
    }
}
