package dev.latchkey.e2e.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import dev.latchkey.key.Environment;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Records that other services have written otherwise than the contract says: never an allow, and good again at once.
 */
class IndexRecordsIT {
    private static World world;

    private String workspace;
    private String key;
    private String record;

    @BeforeAll
    static void start() {
        world = new World.Options().start();
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    @BeforeEach
    void seed() {
        workspace = "ws_" + System.nanoTime();
        world.putWorkspace(workspace, true);
        var before = world.redis.commands().keys("latchkey:key:*");
        key = world.store("key_1", workspace, Environment.LIVE, "cases:read");
        record = world.redis.commands().keys("latchkey:key:*").stream()
                .filter(name -> !before.contains(name))
                .findFirst()
                .orElseThrow();
        assertThat(status()).isEqualTo(200);
    }

    @ParameterizedTest(name = "[{0}]")
    @ValueSource(strings = {"past_due", "trialing", "ACTIVE", "active ", " active", "1", "", "true", "Active"})
    void workspaceInAStateThatIsNone_isNeverAnAllow(String state) {
        world.redis.commands().hset("latchkey:workspace:" + workspace, "state", state);
        Awaitility.await().until(() -> status() != 200);

        RawHttp.Response response = world.get("/v1/cases", key);

        World.assertProblem(response, 503, "AUTH_UNAVAILABLE");
        assertThat(response.header("retry-after")).isEqualTo("1");
    }

    @Test
    void workspaceInactiveGoneAndActiveAgain_isRefusedAndThenAllowed() {
        world.putWorkspace(workspace, false);
        Awaitility.await().until(() -> status() == 403);
        world.redis.commands().del("latchkey:workspace:" + workspace);
        Awaitility.await().until(() -> status() == 403);
        World.assertProblem(world.get("/v1/cases", key), 403, "AUTH_TENANT_INACTIVE");

        world.putWorkspace(workspace, true);

        Awaitility.await().until(() -> status() == 200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"string", "list", "set", "one field", "version 2", "no version", "no id", "rev of letters"})
    void keyRecordThatCannotBeRead_is503ForThatKeyAloneUntilItIsRepaired(String damage) {
        String other = world.store("key_2", workspace, Environment.LIVE, "cases:read");
        Map<String, String> good = world.redis.commands().hgetall(record);
        damage(damage);
        Awaitility.await().until(() -> status() != 200);

        RawHttp.Response response = world.get("/v1/cases", key);

        World.assertProblem(response, 503, "AUTH_UNAVAILABLE");
        assertThat(response.header("retry-after")).isEqualTo("1");
        assertThat(world.get("/v1/cases", other).status()).isEqualTo(200);
        world.redis.commands().del(record);
        world.redis.commands().hset(record, good);
        Awaitility.await().until(() -> status() == 200);
    }

    private void damage(String damage) {
        var redis = world.redis.commands();
        switch (damage) {
            case "string" -> redis.set(record, "active");
            case "list" -> {
                redis.del(record);
                redis.rpush(record, "v", "1");
            }
            case "set" -> {
                redis.del(record);
                redis.sadd(record, "v", "1");
            }
            case "one field" -> {
                redis.del(record);
                redis.hset(record, "state", "active");
            }
            case "version 2" -> redis.hset(record, "v", "2");
            case "no version" -> redis.hdel(record, "v");
            case "no id" -> redis.hdel(record, "id");
            case "rev of letters" -> redis.hset(record, "rev", "one");
            default -> throw new AssertionError(damage);
        }
    }

    private int status() {
        return world.get("/v1/cases", key).status();
    }
}
