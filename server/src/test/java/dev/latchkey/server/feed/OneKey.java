package dev.latchkey.server.feed;

import dev.latchkey.decision.AccessRequest;
import dev.latchkey.decision.Decider;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Policies;
import dev.latchkey.decision.Reason;
import dev.latchkey.decision.RouteConfig;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.policy.Policy;
import dev.latchkey.policy.path.CanonicalPath;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** A live key with the scopes to read and to write, its workspace, and what is decided about its requests. */
public final class OneKey {
    static final String READ = "GET";
    static final String WRITE = "POST";
    public static final WorkspaceRecord WORKSPACE = new WorkspaceRecord("ws_1", true, 1);

    private static final Peppers PEPPERS = Peppers.parse("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    private static final PresentedKey KEY = new KeyFormat("opt", false).mint(Environment.LIVE, new SecureRandom());
    private static final Policies POLICIES = new Policies(Policy.parse("""
                    scopes: {a: A, b: B}
                    routes:
                      - match: GET /v1/cases
                        scope: a
                      - match: POST /v1/cases
                        scope: b
                    """, "policy.yaml"), Map.of());

    public static final KeyDigest DIGEST = PEPPERS.newest(KEY);

    private OneKey() {}

    /** Returns its record, with an end in epoch milliseconds. */
    static KeyRecord expiringAt(long expiresAt) {
        return new KeyRecord("key_1", "ws_1", Environment.LIVE, Set.of("a", "b"), KeyRecord.State.ACTIVE, expiresAt, 1);
    }

    static KeyRecord record() {
        return expiringAt(KeyRecord.NEVER);
    }

    static KeyRecord revoked() {
        return with(KeyRecord.State.REVOKED, "a", "b");
    }

    public static KeyRecord with(KeyRecord.State state, String... scopes) {
        return new KeyRecord("key_1", "ws_1", Environment.LIVE, Set.of(scopes), state, KeyRecord.NEVER, 2);
    }

    /** Begins to decide about a request to read. */
    public static CompletableFuture<Decision> ask(KeyIndex index) {
        return ask(index, READ, System::currentTimeMillis);
    }

    public static CompletableFuture<Decision> ask(KeyIndex index, String method, LongSupplier now) {
        return new Decider(POLICIES, PEPPERS, index, now)
                .decide(new AccessRequest(
                        RouteConfig.NONE,
                        "api.example.com",
                        method,
                        CanonicalPath.parse("/v1/cases"),
                        new Credential.Presented(KEY),
                        false));
    }

    /** Decides about a request to read. */
    static Reason decide(KeyIndex index) {
        return ask(index).join().reason();
    }
}
