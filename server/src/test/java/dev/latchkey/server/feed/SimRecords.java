package dev.latchkey.server.feed;

import dev.latchkey.decision.AccessRequest;
import dev.latchkey.decision.Policies;
import dev.latchkey.decision.RouteConfig;
import dev.latchkey.index.IndexSchema;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** What there is to be asked for: two keys (0 and 1) of one workspace (2), and the canary (3). */
final class SimRecords {
    static final int KEYS = 2;
    static final int WORKSPACE = 2;
    static final int COUNT = 3;
    static final int CANARY = 3;

    static final IndexSchema SCHEMA = new IndexSchema("latchkey:");
    static final Peppers PEPPERS = Peppers.parse("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    static final Policies POLICIES = new Policies(
            Policy.parse("{scopes: {a: A}, routes: [{match: GET /v1/cases, scope: a}]}", "policy.yaml"), Map.of());

    private static final String WORKSPACE_ID = "ws_1";
    private static final List<PresentedKey> PRESENTED = IntStream.range(0, KEYS)
            .mapToObj(key -> new KeyFormat("opt", false).mint(Environment.LIVE, new SecureRandom()))
            .toList();
    private static final List<KeyDigest> DIGESTS =
            PRESENTED.stream().map(PEPPERS::newest).toList();
    private static final List<String> NAMES = List.of(
            SCHEMA.key(DIGESTS.get(0)), SCHEMA.key(DIGESTS.get(1)), SCHEMA.workspace(WORKSPACE_ID), SCHEMA.canary());
    private static final List<AccessRequest> REQUESTS =
            PRESENTED.stream().map(SimRecords::request).toList();
    private static final List<Optional<KeyRecord>> ACTIVE = keys(KeyRecord.State.ACTIVE);
    private static final List<Optional<KeyRecord>> REVOKED = keys(KeyRecord.State.REVOKED);
    private static final Optional<WorkspaceRecord> OPEN = Optional.of(new WorkspaceRecord(WORKSPACE_ID, true, 1));
    private static final Optional<WorkspaceRecord> SUSPENDED = Optional.of(new WorkspaceRecord(WORKSPACE_ID, false, 1));

    /** What is stored under a name. */
    enum State {
        GOOD,
        /** Revoked, suspended. */
        BAD,
        ABSENT
    }

    private SimRecords() {}

    static String name(int record) {
        return NAMES.get(record);
    }

    static int key(KeyDigest digest) {
        return DIGESTS.indexOf(digest);
    }

    static AccessRequest request(int key) {
        return REQUESTS.get(key);
    }

    static Optional<KeyRecord> key(int key, State state) {
        return switch (state) {
            case GOOD -> ACTIVE.get(key);
            case BAD -> REVOKED.get(key);
            case ABSENT -> Optional.empty();
        };
    }

    static Optional<WorkspaceRecord> workspace(State state) {
        return switch (state) {
            case GOOD -> OPEN;
            case BAD -> SUSPENDED;
            case ABSENT -> Optional.empty();
        };
    }

    private static AccessRequest request(PresentedKey key) {
        return new AccessRequest(
                RouteConfig.NONE,
                "api.example.com",
                "GET",
                CanonicalPath.parse("/v1/cases"),
                new Credential.Presented(key),
                false);
    }

    private static List<Optional<KeyRecord>> keys(KeyRecord.State state) {
        return IntStream.range(0, KEYS)
                .mapToObj(key -> Optional.of(new KeyRecord(
                        "key_" + key, WORKSPACE_ID, Environment.LIVE, Set.of("a"), state, KeyRecord.NEVER, 1)))
                .toList();
    }
}
