package dev.latchkey.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.index.InMemoryKeyIndex;
import dev.latchkey.index.IndexException;
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
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every check fails alone: each row starts from a request that is allowed and spoils one thing. */
class DeciderTest {
    private static final long NOW = 1_790_000_000_000L;
    private static final Peppers PEPPERS = Peppers.parse("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    private static final String OLDER = "2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    private static final PresentedKey LIVE = new KeyFormat("opt", false).mint(Environment.LIVE, new SecureRandom());
    private static final PresentedKey TEST = new KeyFormat("opt", false).mint(Environment.TEST, new SecureRandom());
    private static final Policy POLICY = Policy.parse("""
            scopes: {cases:read: Read, cases:write: Write}
            routes:
              - match: GET /v1/cases
                scope: cases:read
              - match: POST /v1/cases
                all-of: [cases:read, cases:write]
              - match: GET /v1/any
                any-of: [cases:write, cases:read]
              - match: GET /v1/both
                environment: both
                scope: cases:read
              - match: GET /v1/sandbox
                environment: test
                scope: cases:read
              - match: GET /v1/live
                environment: live
                scope: cases:read
              - match: GET /healthz
                public: true
            preflight: allow
            """, "policy.yaml");
    private static final Policy OTHER = Policy.parse("""
            hosts: [api.example.com]
            scopes: {other:read: Read}
            routes: [{match: GET /v1/cases, scope: 'other:read'}]
            """, "other.yaml");

    private final InMemoryKeyIndex index = new InMemoryKeyIndex();
    private final Decider decider =
            new Decider(new Policies(POLICY, Map.of("other", OTHER)), PEPPERS, index, () -> NOW);

    @BeforeEach
    void seed() {
        store(LIVE, record(Environment.LIVE, "cases:read"));
        store(TEST, record(Environment.TEST, "cases:read"));
        index.put(new WorkspaceRecord("ws_1", true, 1));
    }

    static Stream<Row> rows() {
        return Stream.of(
                row(Reason.OK, "a good key", request -> {}),
                row(Reason.PUBLIC, "a public rule needs no key", r -> {
                    r.path = "/healthz";
                    r.credential = Credential.Absent.NO_HEADER;
                }),
                row(Reason.PREFLIGHT, "a preflight cannot carry a key", r -> {
                    r.method = "OPTIONS";
                    r.preflight = true;
                    r.credential = Credential.Absent.NO_HEADER;
                }),
                row(Reason.NO_CREDENTIAL, "no header", r -> r.credential = Credential.Absent.NO_HEADER),
                row(
                        Reason.MALFORMED_CREDENTIAL,
                        "a header that holds no key",
                        r -> r.credential = Credential.Malformed.NOT_A_KEY),
                row(Reason.BAD_CHECKSUM, "a key with a typo", r -> r.credential = Credential.Malformed.BAD_CHECKSUM),
                row(
                        Reason.UNKNOWN_KEY,
                        "a key that the index does not hold",
                        r -> r.credential =
                                presented(new KeyFormat("opt", false).mint(Environment.LIVE, new SecureRandom()))),
                row(Reason.REVOKED_KEY, "a tombstone", r -> r.state = KeyRecord.State.REVOKED),
                row(Reason.EXPIRED_KEY, "the end is now", r -> r.expiresAt = NOW),
                row(Reason.OK, "the end is a millisecond ahead", r -> r.expiresAt = NOW + 1),
                row(
                        Reason.WRONG_ENVIRONMENT,
                        "a test key where nothing is said reaches live data",
                        r -> r.credential = presented(TEST)),
                row(
                        Reason.WRONG_ENVIRONMENT,
                        "the route serves test, the key is live",
                        r -> r.routeConfig = RouteConfig.of(Map.of("latchkey.environment", "test"))),
                row(Reason.WORKSPACE_INACTIVE, "an inactive workspace", r -> r.workspace = false),
                row(Reason.WORKSPACE_MISSING, "no workspace record", r -> r.workspace = null),
                row(Reason.SCOPE_MISSING, "another scope than the rule's", r -> r.scopes = Set.of("cases:write")),
                row(Reason.SCOPE_MISSING, "one of two scopes", r -> r.method = "POST"),
                row(Reason.OK, "one of the alternatives", r -> r.path = "/v1/any"),
                row(Reason.NO_RULE, "a path without a rule", r -> r.path = "/v1/nothing"),
                row(Reason.NO_RULE, "a method without a rule", r -> r.method = "DELETE"),
                row(Reason.PATH_NOT_CANONICAL, "two slashes", r -> r.path = "//v1/cases"),
                row(Reason.PATH_NOT_CANONICAL, "no path, as with CONNECT", r -> r.path = ""),
                row(Reason.METHOD_NOT_CANONICAL, "a method in lower case", r -> r.method = "get"),
                row(Reason.METHOD_NOT_CANONICAL, "no method", r -> r.method = ""),
                row(
                        Reason.STORE_UNAVAILABLE,
                        "no connection",
                        r -> r.failure = new IndexException(IndexException.Fault.UNAVAILABLE, "down")),
                row(
                        Reason.STORE_TIMEOUT,
                        "no answer",
                        r -> r.failure = new IndexException(IndexException.Fault.TIMEOUT, "late")),
                row(
                        Reason.BAD_RECORD,
                        "an unreadable record",
                        r -> r.failure = new IndexException(IndexException.Fault.BAD_RECORD, "v")),
                row(
                        Reason.OVERLOADED,
                        "too many reads at once",
                        r -> r.failure = new IndexException(IndexException.Fault.OVERLOADED, "full")),
                row(
                        Reason.BAD_ROUTE_CONFIG,
                        "a setting of ours that we do not know",
                        r -> r.routeConfig = RouteConfig.of(Map.of("latchkey.colour", "red"))),
                row(
                        Reason.BAD_ROUTE_CONFIG,
                        "an environment that does not exist",
                        r -> r.routeConfig = RouteConfig.of(Map.of("latchkey.environment", "Live"))),
                row(
                        Reason.BAD_ROUTE_CONFIG,
                        "a policy that is not loaded",
                        r -> r.routeConfig = RouteConfig.of(Map.of("latchkey.policy", "none"))),
                row(
                        Reason.INTERNAL,
                        "a fault of our own",
                        r -> r.failure = new IllegalStateException("a fault that a test made")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void decide_oneThingSpoiled_isAnsweredWithItsReason(Row row) {
        assertThat(decide(row.spoil).reason()).isEqualTo(row.reason);
    }

    @Test
    void rows_together_coverEveryReason() {
        assertThat(rows().map(Row::reason)).containsAll(EnumSet.allOf(Reason.class));
    }

    @Test
    void decide_recordOfAnotherEnvironmentThanTheKeysText_isABadRecord() {
        store(LIVE, record(Environment.TEST, "cases:read"));

        assertThat(decide(r -> r.keepIndex = true).reason()).isEqualTo(Reason.BAD_RECORD);
    }

    @ParameterizedTest(name = "{0} key, rule {1}, Envoy route {2}: {3}")
    @CsvSource({
        "live, cases,   '',   OK",
        "test, cases,   '',   WRONG_ENVIRONMENT",
        "live, cases,   live, OK",
        "test, cases,   live, WRONG_ENVIRONMENT",
        "live, cases,   test, WRONG_ENVIRONMENT",
        "test, cases,   test, OK",
        "live, both,    '',   OK",
        "test, both,    '',   OK",
        "test, both,    live, WRONG_ENVIRONMENT",
        "live, both,    test, WRONG_ENVIRONMENT",
        "test, both,    test, OK",
        "live, sandbox, '',   WRONG_ENVIRONMENT",
        "test, sandbox, '',   OK",
        "test, sandbox, live, WRONG_ENVIRONMENT",
        "live, sandbox, live, WRONG_ENVIRONMENT",
        "test, live,    test, WRONG_ENVIRONMENT",
        "live, live,    '',   OK",
        "live, nothing, '',   NO_RULE",
        "test, nothing, '',   NO_RULE",
        "test, nothing, live, WRONG_ENVIRONMENT"
    })
    void decide_environments_bothRuleAndRouteMustHold(String key, String path, String route, Reason expected) {
        Decision decision = decide(r -> {
            r.credential = presented(key.equals("live") ? LIVE : TEST);
            r.path = "/v1/" + path;
            r.routeConfig = route.isEmpty() ? RouteConfig.NONE : RouteConfig.of(Map.of("latchkey.environment", route));
        });

        assertThat(decision.reason()).isEqualTo(expected);
    }

    @Test
    void decide_severalThingsWrong_answersTheFirstInOrder() {
        assertThat(decide(r -> {
                            r.path = "/v1/nothing";
                            r.workspace = false;
                            r.state = KeyRecord.State.REVOKED;
                            r.expiresAt = 1;
                        })
                        .reason())
                .isEqualTo(Reason.REVOKED_KEY);
        assertThat(decide(r -> {
                            r.path = "/v1/nothing";
                            r.workspace = false;
                            r.expiresAt = 1;
                        })
                        .reason())
                .isEqualTo(Reason.EXPIRED_KEY);
        assertThat(decide(r -> {
                            r.path = "/v1/nothing";
                            r.workspace = false;
                        })
                        .reason())
                .isEqualTo(Reason.WORKSPACE_INACTIVE);
        assertThat(decide(r -> {
                            r.path = "/v1/nothing";
                            r.credential = Credential.Absent.NO_HEADER;
                        })
                        .reason())
                .isEqualTo(Reason.NO_CREDENTIAL);
    }

    /** Once all keys of a workspace were revoked, what cannot prove that it is newer is refused: whoever wrote it. */
    @ParameterizedTest(name = "a key of generation {0} in a workspace of generation {1}: {2}")
    @CsvSource({"0,0,OK", "0,1,REVOKED_KEY", "1,1,OK", "1,2,REVOKED_KEY", "2,1,OK"})
    void decide_generations_keyMustBeOfTheWorkspaces(long key, long workspace, Reason expected) {
        Consumer<Draft> generations = r -> {
            r.keyGeneration = key;
            r.generation = workspace;
        };

        assertThat(decide(generations).reason()).isEqualTo(expected);
        assertThat(decide(generations.andThen(r -> r.path = "/v1/nothing")).reason())
                .isEqualTo(expected == Reason.OK ? Reason.NO_RULE : expected);
        assertThat(decide(generations.andThen(r -> r.workspace = false)).reason())
                .isEqualTo(expected == Reason.OK ? Reason.WORKSPACE_INACTIVE : expected);
    }

    @Test
    void decide_answeredWithoutTheIndex_asksNothing() {
        decide(r -> r.credential = Credential.Malformed.BAD_CHECKSUM);
        decide(r -> {
            r.path = "/healthz";
            r.credential = Credential.Absent.NO_HEADER;
        });
        decide(r -> r.path = "/v1/./cases");

        assertThat(index.reads()).isZero();
    }

    @Test
    void decide_preflightNotAllowed_needsAKey() {
        Decision decision = decide(r -> {
            r.method = "OPTIONS";
            r.preflight = true;
            r.credential = Credential.Absent.NO_HEADER;
            r.routeConfig = RouteConfig.of(Map.of("latchkey.policy", "other"));
        });

        assertThat(decision.reason()).isEqualTo(Reason.NO_CREDENTIAL);
    }

    @Test
    void decide_namedPolicy_itsRulesAndHostsCount() {
        RouteConfig other = RouteConfig.of(Map.of("latchkey.policy", "other", "team", "blue"));

        assertThat(decide(r -> r.routeConfig = other).reason()).isEqualTo(Reason.SCOPE_MISSING);
        assertThat(decide(r -> {
                            r.routeConfig = other;
                            r.authority = "elsewhere.example.com";
                        })
                        .reason())
                .isEqualTo(Reason.NO_RULE);
    }

    @Test
    void decide_keyKnownUnderTheOlderPepperOnly_isFound() {
        Decider both = twoPeppers();

        assertThat(both.decide(new Draft().request()).join().reason()).isEqualTo(Reason.OK);
    }

    @Test
    void decide_revokedUnderOnePepperActiveUnderTheOther_isRevoked() {
        Peppers peppers = Peppers.parse(OLDER + ",1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        KeyRecord active = record(Environment.LIVE, "cases:read");
        KeyRecord revoked = with(active, KeyRecord.State.REVOKED);
        for (List<KeyRecord> records : List.of(List.of(active, revoked), List.of(revoked, active))) {
            index.put(peppers.all(LIVE).get(0), records.get(0));
            index.put(peppers.all(LIVE).get(1), records.get(1));

            assertThat(twoPeppers().decide(new Draft().request()).join().reason())
                    .isEqualTo(Reason.REVOKED_KEY);
        }
    }

    @Test
    void decide_goodKey_carriesRuleAndRecord() {
        Decision decision = decide(r -> {});

        assertThat(decision).isInstanceOf(Decision.Allow.class);
        assertThat(decision.route()).isNotNull().extracting("rule").isEqualTo("GET /v1/cases");
        assertThat(decision.key()).isNotNull().extracting("id").isEqualTo("key_live");
    }

    @Test
    void decide_cacheIsLostWhileTheRecordsAreRead_asksAgain() {
        Cache cache = new Cache(() -> store(LIVE, revoked()), 1);

        assertThat(decide(cache)).extracting(Decision::reason).isEqualTo(Reason.REVOKED_KEY);
    }

    @Test
    void decide_lossOfTheCacheIsNotNoticed_isAStaleAllow() {
        Cache cache = new Cache(() -> store(LIVE, revoked()), 0);

        assertThat(decide(cache)).extracting(Decision::reason).isEqualTo(Reason.OK);
    }

    @Test
    void decide_cacheIsLostAgainAndAgain_isNotAllowed() {
        Cache cache = new Cache(() -> {}, Integer.MAX_VALUE);

        assertThat(decide(cache)).extracting(Decision::reason).isEqualTo(Reason.STORE_UNAVAILABLE);
    }

    private Decider twoPeppers() {
        Peppers peppers = Peppers.parse(OLDER + ",1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        return new Decider(new Policies(POLICY, Map.of()), peppers, index, () -> NOW);
    }

    private Decision decide(Consumer<Draft> spoil) {
        Draft draft = new Draft();
        spoil.accept(draft);
        draft.prepare(this);
        try {
            return decider.decide(draft.request()).join();
        } finally {
            index.failWith(null);
        }
    }

    private Decision decide(Cache cache) {
        return new Decider(new Policies(POLICY, Map.of()), PEPPERS, cache, () -> NOW)
                .decide(new Draft().request())
                .join();
    }

    private static KeyRecord revoked() {
        return with(record(Environment.LIVE, "cases:read"), KeyRecord.State.REVOKED);
    }

    private void store(PresentedKey key, KeyRecord record) {
        index.put(PEPPERS.newest(key), record);
    }

    private static Credential presented(PresentedKey key) {
        return new Credential.Presented(key);
    }

    private static KeyRecord record(Environment environment, String... scopes) {
        return new KeyRecord(
                "key_" + environment.text(),
                "ws_1",
                environment,
                Set.of(scopes),
                KeyRecord.State.ACTIVE,
                KeyRecord.NEVER,
                1);
    }

    private static KeyRecord with(KeyRecord key, KeyRecord.State state) {
        return new KeyRecord(
                key.id(), key.workspace(), key.environment(), key.scopes(), state, key.expiresAt(), key.rev() + 1);
    }

    private static Row row(Reason reason, String name, Consumer<Draft> spoil) {
        return new Row(reason, name, spoil);
    }

    private record Row(Reason reason, String name, Consumer<Draft> spoil) {
        @Override
        public String toString() {
            return name + ": " + reason.text();
        }
    }

    /** A request that is allowed, and the world in which it is. */
    private static final class Draft {
        private RouteConfig routeConfig = RouteConfig.NONE;
        private String authority = "api.example.com";
        private String method = "GET";
        private String path = "/v1/cases";
        private Credential credential = presented(LIVE);
        private boolean preflight;
        private KeyRecord.State state = KeyRecord.State.ACTIVE;
        private long expiresAt = KeyRecord.NEVER;
        private Set<String> scopes = Set.of("cases:read");
        private @Nullable Boolean workspace = true;
        private @Nullable RuntimeException failure;
        private boolean keepIndex;
        private long keyGeneration;
        private long generation;

        AccessRequest request() {
            return new AccessRequest(routeConfig, authority, method, CanonicalPath.parse(path), credential, preflight);
        }

        void prepare(DeciderTest test) {
            if (!keepIndex) {
                String owner = workspace == null ? "ws_gone" : "ws_1";
                test.store(
                        LIVE,
                        new KeyRecord("key_live", owner, Environment.LIVE, scopes, state, expiresAt, 1, keyGeneration));
            }
            if (workspace != null) {
                test.index.put(new WorkspaceRecord("ws_1", workspace, 1, generation));
            }
            test.index.failWith(failure);
        }
    }

    /** An index whose stamp changes, a number of times, after a key was read; something else happens then as well. */
    private final class Cache implements KeyIndex {
        private final Runnable meanwhile;
        private int losses;
        private long stamp = 1;

        Cache(Runnable meanwhile, int losses) {
            this.meanwhile = meanwhile;
            this.losses = losses;
        }

        @Override
        public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
            CompletableFuture<Optional<KeyRecord>> found = index.findKey(digest);
            meanwhile.run();
            if (losses > 0) {
                losses--;
                stamp++;
            }
            return found;
        }

        @Override
        public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
            return index.findWorkspace(id);
        }

        @Override
        public long stamp() {
            return stamp;
        }
    }
}
