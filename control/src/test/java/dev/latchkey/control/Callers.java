package dev.latchkey.control;

import dev.latchkey.control.record.Caller;

/** Those who call in tests. */
public final class Callers {
    public static final Caller ALICE = new Caller("alice", "");
    public static final Caller BOB = new Caller("bob", "");
    public static final Caller CAROL = new Caller("carol", "");

    private Callers() {}
}
