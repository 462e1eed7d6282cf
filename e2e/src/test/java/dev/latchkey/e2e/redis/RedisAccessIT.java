package dev.latchkey.e2e.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.TwoProcesses;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RefusingProxy;
import dev.latchkey.redis.health.RedisUsers;
import io.grpc.StatusRuntimeException;
import io.lettuce.core.KillArgs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Logins and permissions that are wrong, and how both processes say so and come back by themselves once they are right.
 */
@Tag("one-envoy")
class RedisAccessIT {
    private static final String PASSWORD = "marker-secret";
    private static final List<String> SIDECAR = RedisUsers.sidecar("latchkey:");
    private static final List<String> CONTROL = RedisUsers.control("latchkey:");

    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private TwoProcesses latchkey;

    @AfterEach
    void stop() {
        REDIS.commands().configSet("requirepass", "");
        REDIS.commands().aclDeluser("sidecar", "control", "nobody");
        if (latchkey != null) {
            latchkey.close();
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "another password      | sidecar:marker-secret@ | control:marker-secret@ | WRONGPASS",
                "no such user          | nobody:marker-secret@  | nobody:marker-secret@  | WRONGPASS",
                "no login where needed | ''                     | ''                     | NOAUTH"
            })
    void login_isRefused_isSaidOnceAndEndsByItself(String name, String sidecar, String control, String code)
            throws IOException {
        REDIS.setUser("sidecar", "other", SIDECAR);
        REDIS.setUser("control", "other", CONTROL);
        REDIS.commands().configSet("requirepass", "operator");

        start(uri(sidecar, ""), uri(control, ""), Map.of());

        patiently().untilAsserted(() -> {
            assertThat(latchkey.sidecarReadyz())
                    .startsWith("503 not ready\n")
                    .contains(code, "127.0.0.1:" + REDIS.port(), "redis.uri");
            assertThat(latchkey.controlReadyz())
                    .startsWith("503 not ready\n")
                    .contains(code, "127.0.0.1:" + REDIS.port(), "redis.uri");
        });
        assertThat(latchkey.check(wellFormedKey())).isEqualTo("503 store_unavailable");
        assertThat(TwoProcesses.refusal(latchkey::createKey))
                .startsWith("UNAVAILABLE")
                .contains(code, "nothing was changed");
        // Long enough for several attempts of both.
        long before = connections();
        patiently().until(() -> connections() >= before + 8);
        assertSaidOnce(latchkey.sidecarLog(), code);
        assertSaidOnce(latchkey.controlLog(), code);

        REDIS.commands().configSet("requirepass", "");
        REDIS.setUser("sidecar", PASSWORD, SIDECAR);
        REDIS.setUser("control", PASSWORD, CONTROL);
        REDIS.setUser("nobody", PASSWORD, List.of("~*", "+@all"));

        latchkey.awaitReady();
        latchkey.createWorkspace();
        assertThat(latchkey.check(latchkey.createKey())).isEqualTo("200 ok");
        assertThat(latchkey.sidecarLog()).containsOnlyOnce("connected to Redis at 127.0.0.1:" + REDIS.port());
        assertThat(latchkey.controlLog()).containsOnlyOnce("connected to Redis at 127.0.0.1:" + REDIS.port());
        assertNoSecret();
    }

    /**
     * A process knows the password that it was started with: with another it waits for that, and starts again with the
     * new one.
     */
    @Test
    void passwordChanged_underBoth_isSaidOnceAndNothingInMemoryIsUsedMeanwhile() throws IOException {
        startWithUsers("", Map.of());
        latchkey.createWorkspace();
        String key = latchkey.createKey();
        assertThat(latchkey.check(key)).isEqualTo("200 ok");

        REDIS.setUser("sidecar", "other", SIDECAR);
        REDIS.setUser("control", "other", CONTROL);
        // Redis lets those who are in stay.
        assertThat(latchkey.check(key)).isEqualTo("200 ok");
        REDIS.commands().clientKill(KillArgs.Builder.typeNormal().skipme());

        patiently().untilAsserted(() -> {
            assertThat(latchkey.check(key)).isEqualTo("503 store_unavailable");
            assertThat(latchkey.sidecarReadyz()).startsWith("200 ready\n").contains("WRONGPASS", "redis.uri");
            assertThat(latchkey.controlReadyz()).startsWith("503 not ready\n").contains("WRONGPASS", "redis.uri");
        });
        long before = connections();
        patiently().until(() -> connections() >= before + 8);
        assertSaidOnce(latchkey.sidecarLog(), "WRONGPASS");
        assertSaidOnce(latchkey.controlLog(), "WRONGPASS");
        assertNoSecret();
        latchkey.close();

        start(uri("sidecar:other@", ""), uri("control:other@", ""), Map.of());

        latchkey.awaitReady();
        assertThat(latchkey.check(key)).isEqualTo("200 ok");
    }

    @Test
    void permissions_oneAfterTheOtherLacking_eachIsNamedAndItsReturnNoticed() throws IOException {
        // Each check reads Redis, so that each shows what the user may.
        startWithUsers("", Map.of("LATCHKEY_CACHE_ENABLED", "false"));
        latchkey.createWorkspace();
        String key = latchkey.createKey();
        Set<String> namedByCalls = new TreeSet<>();

        for (int i = 0; i < CONTROL.size(); i++) {
            String sidecarRule = SIDECAR.get(i % SIDECAR.size());
            String controlRule = CONTROL.get(i);
            REDIS.setUser("sidecar", PASSWORD, without(SIDECAR, sidecarRule));
            REDIS.setUser("control", PASSWORD, without(CONTROL, controlRule));

            patiently().untilAsserted(() -> {
                assertThat(latchkey.sidecarReadyz()).contains(" ACL SETUSER sidecar " + sidecarRule + "\n");
                assertThat(latchkey.controlReadyz())
                        .startsWith("503")
                        .contains(" ACL SETUSER control " + controlRule + "\n");
            });
            assertThat(latchkey.sidecarLog()).contains(" ACL SETUSER sidecar " + sidecarRule + "\n");
            assertThat(latchkey.controlLog()).contains(" ACL SETUSER control " + controlRule + "\n");
            assertThat(latchkey.check(key))
                    .isEqualTo(deniesEverything(sidecarRule) ? "503 store_unavailable" : "200 ok");
            nameOf(controlRule).ifPresent(namedByCalls::add);
        }
        REDIS.setUser("sidecar", PASSWORD, SIDECAR);
        REDIS.setUser("control", PASSWORD, CONTROL);

        latchkey.awaitReady();
        assertThat(latchkey.check(key)).isEqualTo("200 ok");
        latchkey.createListAndRevoke();
        assertThat(namedByCalls)
                .contains(
                        "~latchkey:key:*",
                        "~latchkey:workspace:*",
                        "~latchkey:ledger:*",
                        "+eval",
                        "+exists",
                        "+get",
                        "+hget",
                        "+hgetall",
                        "+hset",
                        "+set",
                        "+type",
                        "+xadd",
                        "+zadd",
                        "+zrangebylex");
        // One line for each rule, or two, whatever the number of attempts. A call that is refused has its own besides.
        assertThat(TwoProcesses.warnings(latchkey.sidecarLog())).doesNotHaveDuplicates();
        assertThat(permissionLines(latchkey.sidecarLog())).hasSizeLessThanOrEqualTo(CONTROL.size());
        assertThat(permissionLines(latchkey.controlLog()))
                .filteredOn(line -> line.contains(" TroubleLog "))
                .hasSizeLessThanOrEqualTo(2 * CONTROL.size());
        assertThat(permissionLines(latchkey.controlLog()))
                .filteredOn(line -> !line.contains(" TroubleLog "))
                .hasSizeLessThanOrEqualTo(2 * CONTROL.size());
        assertNoSecret();
    }

    @Test
    void database_isUsedByBothAlsoAfterAReconnect_andItsPermissionIsNamed() throws IOException {
        REDIS.setUser("sidecar", PASSWORD, SIDECAR);
        REDIS.setUser("control", PASSWORD, CONTROL);
        start(uri("sidecar:marker-secret@", "/3"), uri("control:marker-secret@", "/3"), Map.of());
        patiently().untilAsserted(() -> {
            assertThat(latchkey.sidecarReadyz()).contains("ACL SETUSER sidecar +select");
            assertThat(latchkey.controlReadyz()).contains("ACL SETUSER control +select");
        });

        REDIS.setUser("sidecar", PASSWORD, with(SIDECAR, "+select"));
        REDIS.setUser("control", PASSWORD, with(CONTROL, "+select"));
        latchkey.awaitReady();
        latchkey.createWorkspace();
        String first = latchkey.createKey();
        assertThat(latchkey.check(first)).isEqualTo("200 ok");

        REDIS.commands().clientKill(KillArgs.Builder.typeNormal().skipme());
        latchkey.awaitReady();
        patiently().until(() -> latchkey.check(first).equals("200 ok"));
        patiently()
                .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
                .untilAsserted(
                        () -> assertThat(latchkey.check(latchkey.createKey())).isEqualTo("200 ok"));

        assertThat(REDIS.commands().dbsize()).as("names in database 0").isZero();
        REDIS.commands().select(3);
        try {
            assertThat(REDIS.commands().keys("latchkey:key:*")).hasSizeGreaterThanOrEqualTo(2);
        } finally {
            REDIS.commands().select(0);
        }
    }

    @Test
    void proxyThatSpeaksResp2Only_works_andIsTold() throws IOException {
        REDIS.setUser("sidecar", PASSWORD, SIDECAR);
        REDIS.setUser("control", PASSWORD, CONTROL);
        try (RefusingProxy proxy = RefusingProxy.resp2Only(REDIS.port())) {
            String address = "127.0.0.1:" + proxy.port();
            start("redis://sidecar:marker-secret@" + address, "redis://control:marker-secret@" + address, Map.of());
            patiently().until(() -> latchkey.controlReadyz().equals("200 ready\n"));
            latchkey.createWorkspace();

            assertThat(latchkey.check(latchkey.createKey())).isEqualTo("200 ok");
            patiently()
                    .untilAsserted(() -> assertThat(latchkey.sidecarReadyz())
                            .startsWith("200 ready\n")
                            .contains("RESP2 only"));
            assertThat(latchkey.sidecarLog()).containsOnlyOnce("RESP2 only");
            assertThat(latchkey.controlLog()).containsOnlyOnce("RESP2 only");
            assertNoSecret();
        }
    }

    /** Returns the rule if calls to the control plane miss it; they then have to name it. */
    private Optional<String> nameOf(String rule) {
        try {
            latchkey.createListAndRevoke();
            return Optional.empty();
        } catch (StatusRuntimeException e) {
            assertThat(e.getMessage()).startsWith("UNAVAILABLE").contains("ACL SETUSER control " + rule);
            return Optional.of(rule);
        }
    }

    private static boolean deniesEverything(String rule) {
        return Set.of("+hgetall", "%R~latchkey:key:*", "%R~latchkey:workspace:*")
                .contains(rule);
    }

    private void startWithUsers(String path, Map<String, String> more) throws IOException {
        REDIS.setUser("sidecar", PASSWORD, SIDECAR);
        REDIS.setUser("control", PASSWORD, CONTROL);
        start(uri("sidecar:marker-secret@", path), uri("control:marker-secret@", path), more);
        latchkey.awaitReady();
    }

    private void start(String sidecarUri, String controlUri, Map<String, String> more) throws IOException {
        latchkey = new TwoProcesses(sidecarUri, controlUri, more);
    }

    private static String uri(String login, String path) {
        return "redis://" + login + "127.0.0.1:" + REDIS.port() + path;
    }

    /** Returns a key with a right checksum that nobody has. */
    private static String wellFormedKey() {
        return "opt_live_0000000000000000000000000000000046uziL";
    }

    private static long connections() {
        return REDIS.commands()
                .info("stats")
                .lines()
                .filter(line -> line.startsWith("total_connections_received:"))
                .mapToLong(line -> Long.parseLong(line.strip().replaceAll(".*:", "")))
                .sum();
    }

    private static List<String> without(List<String> rules, String rule) {
        return rules.stream().filter(one -> !one.equals(rule)).toList();
    }

    private static List<String> with(List<String> rules, String more) {
        return Stream.concat(rules.stream(), Stream.of(more)).toList();
    }

    private static List<String> permissionLines(String log) {
        return TwoProcesses.warnings(log).stream()
                .filter(line -> line.contains("ACL SETUSER"))
                .toList();
    }

    private static void assertSaidOnce(String log, String code) {
        assertThat(TwoProcesses.warnings(log)).hasSize(1).first().asString().contains(code);
    }

    private void assertNoSecret() {
        List<String> said = new ArrayList<>(List.of(latchkey.sidecarLog(), latchkey.controlLog()));
        said.addAll(List.of(latchkey.sidecarReadyz(), latchkey.controlReadyz()));
        assertThat(said).allSatisfy(text -> assertThat(text).doesNotContain(PASSWORD));
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofSeconds(60));
    }
}
