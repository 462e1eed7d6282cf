package dev.latchkey.control.imports;

import static dev.latchkey.control.Callers.ALICE;
import static dev.latchkey.control.imports.ImportWorld.READ;
import static dev.latchkey.control.imports.ImportWorld.importAll;
import static dev.latchkey.control.imports.ImportWorld.importOne;
import static dev.latchkey.control.imports.ImportWorld.key;
import static dev.latchkey.control.imports.ImportWorld.minted;
import static dev.latchkey.control.imports.ImportWorld.presented;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.FakeClock;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.imports.ImportedKey.Outcome;
import dev.latchkey.control.keys.Dump;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.redis.RealRedis;
import io.lettuce.core.Range;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KeyImportTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final long NOW = FakeClock.START.toEpochMilli();
    private static final String FOREIGN_FORM = "opt_test_abc123def456ghi789";
    private static final String TYPING_ERROR = "opt_live_abcdefghijklmnopqrstuvwxyzABCDEF0bcREy";

    private TestControl control;

    @BeforeEach
    void open() {
        control = new TestControl(REDIS.uri());
        control.workspaces.create(ALICE, "ws_1", "");
        control.workspaces.create(ALICE, "ws_2", "");
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void importKeys_bothForms_areInLedgerAndIndexAsAsked() {
        String minted = minted();
        List<ImportedKey> imported = control.imports(true)
                .importKeys(
                        new Caller("alice", "move-1"),
                        "ws_1",
                        List.of(
                                key(minted),
                                new KeyToImport(
                                        FOREIGN_FORM,
                                        "CRM",
                                        List.of("cases:write", "cases:read"),
                                        new Expiry.Lifetime(60, 0))),
                        READ);

        assertThat(imported).extracting(ImportedKey::outcome).containsOnly(Outcome.IMPORTED);
        ManagedKey first = imported.get(0).view().orElseThrow().key();
        assertThat(first.id()).matches("key_[0-9a-hjkmnp-tv-z]{26}");
        assertThat(first.name()).isEqualTo("imported " + minted.substring(0, 13));
        assertThat(first.record().environment()).isEqualTo(Environment.LIVE);
        assertThat(first.record().scopes()).containsExactly("cases:read");
        assertThat(first.record().expiresAt()).isEqualTo(KeyRecord.NEVER);
        assertThat(first.createdAt()).isEqualTo(NOW);
        ManagedKey second = imported.get(1).view().orElseThrow().key();
        assertThat(second.name()).isEqualTo("CRM");
        assertThat(second.record().environment()).isEqualTo(Environment.TEST);
        assertThat(second.record().scopes()).containsExactly("cases:write", "cases:read");
        assertThat(second.record().expiresAt()).isEqualTo(NOW + 60_000);

        for (ManagedKey key : List.of(first, second)) {
            assertThat(control.indexed(key)).contains(key.record());
            assertThat(control.keys.get(new KeyName("-", key.id())).key()).isEqualTo(key);
        }
        assertThat(control.indexed(control.peppers.newest(presented(minted)))).contains(first.record());
        assertThat(REDIS.commands().exists("latchkey:ledger:{ws_1}:pending")).isZero();
        assertThat(REDIS.commands().xrange("latchkey:ledger:{ws_1}:audit", Range.unbounded()))
                .filteredOn(entry -> entry.getBody().get("action").equals("key.import"))
                .hasSize(2)
                .allSatisfy(entry -> assertThat(entry.getBody())
                        .containsEntry("actor", "alice")
                        .containsEntry("request_id", "move-1")
                        .containsKeys("key", "after")
                        .doesNotContainKey("before"));
    }

    static Stream<Arguments> wrong() {
        String good = minted();
        Expiry never = Expiry.Never.NEVER;
        return Stream.of(
                Arguments.of("a typing error", new KeyToImport(TYPING_ERROR, "", List.of(), never), "secret", "typing"),
                Arguments.of("no key", new KeyToImport("hello", "", List.of(), never), "secret", "one whole key"),
                Arguments.of(
                        "another brand",
                        new KeyToImport("abc" + good.substring(3), "", List.of(), never),
                        "secret",
                        "opt_live_"),
                Arguments.of("nothing", new KeyToImport("", "", List.of(), never), "secret", "one whole key"),
                Arguments.of("a space", new KeyToImport(good + " ", "", List.of(), never), "secret", "nothing else"),
                Arguments.of("a name with a key", new KeyToImport(good, good, List.of(), never), "name", "no key"),
                Arguments.of("a blank name", new KeyToImport(good, " ", List.of(), never), "name", "not blank"),
                Arguments.of(
                        "an unknown scope",
                        new KeyToImport(good, "", List.of("cases:raed"), never),
                        "scopes[0]",
                        "nearest: cases:read"),
                Arguments.of(
                        "an end in the past",
                        new KeyToImport(good, "", List.of(), new Expiry.At(1, 0)),
                        "expire_time",
                        "later than now"),
                Arguments.of(
                        "no lifetime",
                        new KeyToImport(good, "", List.of(), new Expiry.Lifetime(0, 0)),
                        "lifetime",
                        "at least"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void importKeys_oneIsWrong_itAloneIsRefusedAndTheOthersImported(
            String row, KeyToImport wrong, String field, String expected) {
        List<ImportedKey> results = importAll(control, "ws_1", List.of(key(minted()), wrong, key(minted())));

        assertThat(results)
                .extracting(ImportedKey::outcome)
                .containsExactly(Outcome.IMPORTED, Outcome.REFUSED, Outcome.IMPORTED);
        assertThat(results.get(1).view()).isEmpty();
        assertThat(results.get(1).violations()).singleElement().satisfies(violation -> {
            assertThat(violation.field()).isEqualTo(field);
            assertThat(violation.description()).contains(expected);
            assertThat(violation.description()).doesNotContain(TYPING_ERROR.substring(13));
        });
        assertThat(REDIS.commands().keys("latchkey:key:*")).hasSize(2);
        assertThat(REDIS.commands().keys("latchkey:ledger:claim:*"))
                .as("by its digest and without a pepper")
                .hasSize(4);
    }

    @Test
    void importKeys_severalMistakesInOne_areAllNamed() {
        KeyToImport wrong =
                new KeyToImport(TYPING_ERROR, " ", List.of("cases:raed", "cases:wirte"), new Expiry.At(1, 0));
        assertThat(importAll(control, "ws_1", List.of(wrong)).get(0).violations())
                .extracting(Violation::field)
                .containsExactly("secret", "name", "scopes[0]", "scopes[1]", "expire_time");
    }

    @Test
    void importKeys_noScopesAnywhere_isRefused() {
        List<ImportedKey> results = control.imports(true).importKeys(ALICE, "ws_1", List.of(key(minted())), List.of());
        assertThat(results.get(0).violations()).extracting(Violation::field).containsExactly("scopes");
    }

    @Test
    void importKeys_sidecarsDoNotAcceptTheImportedForm_isRefusedWithTheSetting() {
        List<ImportedKey> results = control.imports(/* acceptImported= */ false)
                .importKeys(ALICE, "ws_1", List.of(key(FOREIGN_FORM), key(minted())), READ);

        assertThat(results).extracting(ImportedKey::outcome).containsExactly(Outcome.REFUSED, Outcome.IMPORTED);
        assertThat(results.get(0).violations())
                .singleElement()
                .extracting(Violation::description)
                .asString()
                .contains("keys.accept-imported")
                .contains("control plane");
    }

    static Stream<Arguments> wrongRequests() {
        return Stream.of(
                Arguments.of("no keys", "ws_1", List.of(), READ, Kind.INVALID, "keys"),
                Arguments.of("501 keys", "ws_1", minted(501), READ, Kind.INVALID, "500"),
                Arguments.of("a scope that is none", "ws_1", minted(1), List.of("cases:raed"), Kind.INVALID, "nearest"),
                Arguments.of("no workspace's id", "-", minted(1), READ, Kind.INVALID, "workspace"),
                Arguments.of("an unknown workspace", "ws_9", minted(1), READ, Kind.NOT_FOUND, "ws_9"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongRequests")
    void importKeys_wrongRequest_isRefusedAsAWhole(
            String row, String workspace, List<KeyToImport> keys, List<String> scopes, Kind kind, String text) {
        assertThatThrownBy(() -> control.imports(true).importKeys(ALICE, workspace, keys, scopes))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(text);
        assertThat(REDIS.commands().keys("latchkey:key:*")).isEmpty();
    }

    @Test
    void importKeys_mostThatACallMayHave_areAllImported() {
        List<KeyToImport> keys = minted(500);
        assertThat(importAll(control, "ws_1", keys))
                .extracting(ImportedKey::outcome)
                .containsOnly(Outcome.IMPORTED);
        assertThat(keys)
                .allSatisfy(key -> assertThat(control.indexed(control.peppers.newest(presented(key.secret()))))
                        .isPresent());
        assertThat(REDIS.commands().exists("latchkey:ledger:{ws_1}:pending")).isZero();
    }

    @Test
    void importKeys_secondTime_existedAndNothingIsChanged() {
        List<KeyToImport> keys = List.of(key(minted()), key(FOREIGN_FORM), key(minted()));
        List<ImportedKey> first = importAll(control, "ws_1", keys);
        Map<String, String> before = stored();

        List<ImportedKey> second = importAll(
                control,
                "ws_1",
                keys.stream()
                        .map(key -> new KeyToImport(
                                key.secret(), "Another", List.of("cases:write"), new Expiry.Lifetime(60, 0)))
                        .toList());

        assertThat(second).extracting(ImportedKey::outcome).containsOnly(Outcome.EXISTED);
        assertThat(second)
                .extracting(ImportedKey::view)
                .isEqualTo(first.stream().map(ImportedKey::view).toList());
        assertThat(stored()).isEqualTo(before);
    }

    @Test
    void importKeys_oneTwiceInARequest_isImportedOnce() {
        String secret = minted();
        List<ImportedKey> results = importAll(
                control, "ws_1", List.of(key(secret), new KeyToImport(secret, "Again", List.of(), Expiry.Never.NEVER)));

        assertThat(results).extracting(ImportedKey::outcome).containsExactly(Outcome.IMPORTED, Outcome.EXISTED);
        assertThat(results.get(1).view()).isEqualTo(results.get(0).view());
        assertThat(REDIS.commands().keys("latchkey:key:*")).hasSize(1);
    }

    @Test
    void importKeys_theFirstOfTwoAlikeIsWrong_theOtherIsJudgedOnItsOwn() {
        String secret = minted();
        assertThat(importAll(
                        control,
                        "ws_1",
                        List.of(new KeyToImport(secret, " ", List.of(), Expiry.Never.NEVER), key(secret))))
                .extracting(ImportedKey::outcome)
                .containsExactly(Outcome.REFUSED, Outcome.IMPORTED);
    }

    @Test
    void importKeys_revokedKey_staysRevoked() {
        String secret = minted();
        ManagedKey key = importOne(control, "ws_1", secret).view().orElseThrow().key();
        control.keys.revoke(ALICE, new KeyName("-", key.id()), "leaked");

        ImportedKey again = importOne(control, "ws_1", secret);

        assertThat(again.outcome()).isEqualTo(Outcome.EXISTED);
        assertThat(again.view().orElseThrow().state()).isEqualTo(KeyView.State.REVOKED);
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    @Test
    void importKeys_expiredKey_staysExpired() {
        String secret = minted();
        KeyToImport wanted = new KeyToImport(secret, "", List.of(), new Expiry.Lifetime(60, 0));
        importAll(control, "ws_1", List.of(wanted));
        control.clock.advance(Duration.ofMinutes(2));

        ImportedKey again = importOne(control, "ws_1", secret);

        assertThat(again.outcome()).isEqualTo(Outcome.EXISTED);
        assertThat(again.view().orElseThrow().state()).isEqualTo(KeyView.State.EXPIRED);
    }

    /** As when the index lost the tombstone, which the ledger has: the claim still says so. */
    @Test
    void importKeys_revokedKeyThatIsNotInTheIndex_isRevokedThereAgain() {
        String secret = minted();
        ManagedKey key = importOne(control, "ws_1", secret).view().orElseThrow().key();
        control.keys.revoke(ALICE, new KeyName("-", key.id()), "leaked");
        REDIS.commands().del(control.schema.key(key.digest()));

        ImportedKey again = importOne(control, "ws_1", secret);

        assertThat(again.outcome()).isEqualTo(Outcome.EXISTED);
        assertThat(again.view().orElseThrow().state()).isEqualTo(KeyView.State.REVOKED);
        assertThat(control.indexed(key)).get().matches(KeyRecord::revoked);
    }

    static Stream<Arguments> elsewhere() {
        List<Arguments> rows = new ArrayList<>();
        for (int pepper : List.of(1, 2)) {
            for (String state : List.of("active", "revoked")) {
                rows.add(Arguments.of(state + " under pepper " + pepper, pepper, state));
            }
        }
        return rows.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("elsewhere")
    void importKeys_recordOfAnotherService_existedUnderWhicheverPepper(String row, int pepper, String state) {
        String secret = minted();
        try (TestControl two = bothPeppers()) {
            KeyDigest digest = digest(two, secret, pepper);
            Map<String, String> record = Map.of(
                    "v",
                    "1",
                    "id",
                    "k1",
                    "workspace",
                    "ws_1",
                    "environment",
                    "live",
                    "scopes",
                    "",
                    "state",
                    state,
                    "rev",
                    "7");
            REDIS.commands().hset(two.schema.key(digest), record);

            ImportedKey result = importOne(two, "ws_1", secret);

            assertThat(result.outcome()).isEqualTo(Outcome.EXISTED);
            assertThat(result.view().orElseThrow().key().id()).isEqualTo("k1");
            assertThat(result.view().orElseThrow().key().closed()).isEqualTo(state.equals("revoked"));
            assertThat(REDIS.commands().keys("latchkey:key:*")).hasSize(1);
            assertThat(REDIS.commands().hgetall(two.schema.key(digest))).isEqualTo(record);
        }
    }

    @Test
    void importKeys_damagedRecord_existedAndIsNotShown() {
        String secret = minted();
        String name = control.schema.key(control.peppers.newest(presented(secret)));
        REDIS.commands().set(name, "damage");

        ImportedKey result = importOne(control, "ws_1", secret);

        assertThat(result.outcome()).isEqualTo(Outcome.EXISTED);
        assertThat(result.view()).isEmpty();
        assertThat(REDIS.commands().get(name)).isEqualTo("damage");
    }

    @Test
    void importKeys_keyOfAnotherWorkspace_existedAndIsNotShown() {
        String secret = minted();
        ManagedKey key = importOne(control, "ws_2", secret).view().orElseThrow().key();

        ImportedKey result = importOne(control, "ws_1", secret);

        assertThat(result).isEqualTo(new ImportedKey(Outcome.EXISTED, java.util.Optional.empty(), List.of()));
        REDIS.commands().del(control.schema.key(key.digest()));
        assertThat(importOne(control, "ws_1", secret))
                .as("by the claim, the ledger of the other workspace has it")
                .isEqualTo(result);
        assertThat(REDIS.commands().hlen("latchkey:ledger:{ws_1}:records"))
                .as("the workspace itself")
                .isEqualTo(1);
    }

    @Test
    void importKeys_claimOfAnotherWorkspaceWithoutARecord_isRefusedUntilItIsGone() {
        String secret = minted();
        String claim = "latchkey:ledger:claim:"
                + control.peppers.newest(presented(secret)).text();
        REDIS.commands().set(claim, "ws_2 key_01jz0000000000000000000000");

        ImportedKey result = importOne(control, "ws_1", secret);
        assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(result.violations())
                .singleElement()
                .extracting(Violation::description)
                .asString()
                .contains("another workspace")
                .doesNotContain("ws_2");
        assertThat(importOne(control, "ws_2", secret).view().orElseThrow().key().id())
                .isEqualTo("key_01jz0000000000000000000000");

        assertThat(importOne(control, "ws_1", secret).outcome()).isEqualTo(Outcome.EXISTED);
    }

    @Test
    void importKeys_claims_lastAsLongAsTheKeysRecord() {
        importOne(control, "ws_1", minted());

        assertThat(REDIS.commands().keys("latchkey:ledger:claim:*"))
                .hasSize(2)
                .allSatisfy(claim -> assertThat(REDIS.commands().pttl(claim)).isEqualTo(-1));
    }

    private static TestControl bothPeppers() {
        return new TestControl(REDIS.uri(), TestControl.PEPPER_2 + "," + TestControl.PEPPER_1, new SecureRandom());
    }

    private static KeyDigest digest(TestControl control, String secret, int pepper) {
        return control.peppers.all(presented(secret)).stream()
                .filter(digest -> digest.pepperVersion() == pepper)
                .findFirst()
                .orElseThrow();
    }

    /** Returns all there is, but for when a workspace was last changed. */
    private static Map<String, String> stored() {
        return Dump.of(REDIS.commands(), name -> !name.equals("latchkey:ledger:recent"));
    }
}
