package dev.latchkey.e2e.soak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.latchkey.e2e.AdminApi;
import dev.latchkey.redis.CrashProxy;
import dev.latchkey.redis.CrashProxy.Moment;
import dev.latchkey.v1.CreateKeyResponse;
import io.grpc.StatusRuntimeException;
import io.lettuce.core.Range;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** One call to one control plane, which is stopped at one of its commands; in a part of Redis of its own. */
final class CrashCase {
    private static final JsonMapper JSON = new JsonMapper();

    final CrashCall call;
    final String prefix;
    final CrashProxy proxy;
    private final int step;
    private final Moment moment;
    private final RedisCommands<String, String> redis;
    private CreateKeyResponse before = CreateKeyResponse.getDefaultInstance();
    private volatile Optional<String> answered = Optional.empty();
    private volatile boolean ended;
    private Set<String> unseen = Set.of();
    private Map<String, JsonNode> recorded = Map.of();

    /** @param step the number of the command; 0 for one that is not stopped */
    CrashCase(CrashCall call, int step, Moment moment, int redisPort, RedisCommands<String, String> redis)
            throws IOException {
        this.call = call;
        this.step = step;
        this.moment = moment;
        this.redis = redis;
        this.prefix = call + "-" + step + "-" + moment + ":";
        this.proxy = new CrashProxy(redisPort, this::isOfACall);
    }

    /** Background tasks send commands too, and nobody knows when. */
    private boolean isOfACall(List<String> command) {
        boolean background = command.get(0).equals("HSCAN")
                || command.stream().anyMatch(word -> word.contains("probe"))
                || (command.size() == 6 && command.get(3).endsWith(":recent"));
        return !background
                && command.stream()
                        .anyMatch(word ->
                                word.contains("ws_1") || word.contains(prefix + "key:") || word.contains(":claim:"));
    }

    void prepare(AdminApi admin) {
        admin.createWorkspace("ws_1");
        before = admin.createKey("ws_1");
        Awaitility.await().until(this::isSettled);
    }

    /** Makes the call; returns when it is answered, or its control plane is gone. */
    void run(AdminApi admin) {
        if (step > 0) {
            proxy.crashAt(step, moment, () -> {});
        } else {
            proxy.mend();
        }
        try {
            answered = Optional.of(call.make(admin, before));
        } catch (StatusRuntimeException e) {
            // Killed, as it was to be.
        } finally {
            ended = true;
        }
    }

    /** Tells whether nothing more will happen before the kill. */
    boolean isStopped() {
        return ended || proxy.crashed();
    }

    /** Notes what the crash has left behind. */
    void look() {
        unseen = redis.hgetall(ledger("pending")).entrySet().stream()
                .filter(note -> note.getValue().endsWith(" unseen"))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        recorded = records();
    }

    boolean isSettled() {
        return redis.exists(ledger("pending")) == 0
                && !redis.hgetall(ledger("answers")).containsValue("open");
    }

    /** Checks what is left once all is settled. */
    void check() {
        Map<String, JsonNode> now = records();
        List<String> names = redis.keys(prefix + "key:*");
        assertThat(names).as("%s: each key is in the index once", this).hasSize(now.size() - 1);
        now.forEach((field, record) -> assertThat(new TreeMap<>(redis.hgetall(name(field, record))))
                .as("%s: the index is as the ledger of %s", this, field)
                .isEqualTo(projection(field, record)));
        unseen.forEach(id -> assertThat(state(now, id))
                .as("%s: nobody has seen the secret of %s", this, id)
                .isEqualTo("revoked"));
        recorded.forEach((field, record) -> {
            if (!record.get("state").asText().equals("active")) {
                assertThat(state(now, field))
                        .as("%s: %s stays closed", this, field)
                        .isNotEqualTo("active");
            }
        });
        answered.ifPresent(id -> {
            boolean closes = call == CrashCall.REVOKE || call == CrashCall.DEACTIVATE;
            String field = call == CrashCall.DEACTIVATE ? "." : id;
            assertThat(state(now, field).equals("active"))
                    .as("%s: as answered", this)
                    .isEqualTo(!closes);
        });
        now.forEach((field, record) -> {
            boolean made = call == CrashCall.CREATE || call == CrashCall.ROTATE;
            if (made && record.has("digest") && state(now, field).equals("active")) {
                checkIsExplained(field);
            }
        });
        if (call != CrashCall.REVOKE) {
            assertThat(state(now, before.getKey().getId()))
                    .as("%s: the key of before", this)
                    .isEqualTo("active");
        }
    }

    /** Whoever has made it was told of it, or else all who look at it are. */
    private void checkIsExplained(String id) {
        boolean told = id.equals(before.getKey().getId()) || answered.equals(Optional.of(id));
        Map<String, String> marks = redis.hgetall(ledger("answers"));
        assertThat(told || marks.containsKey(id))
                .as("%s: the key %s works, and nobody was told of it", this, id)
                .isTrue();
        if (marks.containsKey(id)) {
            assertThat(marks.get(id)).as("%s: %s", this, id).isEqualTo("unconfirmed");
            assertThat(redis.xrange(ledger("audit"), Range.unbounded()))
                    .as("%s: the audit trail of %s", this, id)
                    .anyMatch(entry -> entry.getBody().get("action").equals("key.unanswered")
                            && id.equals(entry.getBody().get("key")));
        }
    }

    private Map<String, JsonNode> records() {
        Map<String, JsonNode> records = new HashMap<>();
        redis.hgetall(ledger("records")).forEach((field, text) -> {
            try {
                records.put(field, JSON.readTree(text));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        return records;
    }

    private String name(String field, JsonNode record) {
        return field.equals(".")
                ? prefix + "workspace:ws_1"
                : prefix + "key:" + record.get("digest").asText();
    }

    private static Map<String, String> projection(String field, JsonNode record) {
        Map<String, String> fields = new TreeMap<>(Map.of("v", "1"));
        List<String> shown = field.equals(".")
                ? List.of("state", "rev")
                : List.of("id", "workspace", "environment", "state", "expires_at", "rev");
        shown.stream()
                .filter(record::has)
                .forEach(name -> fields.put(name, record.get(name).asText()));
        if (record.has("scopes")) {
            List<String> scopes = new ArrayList<>();
            record.get("scopes").forEach(scope -> scopes.add(scope.asText()));
            fields.put("scopes", String.join(" ", scopes));
        }
        return fields;
    }

    private static String state(Map<String, JsonNode> records, String field) {
        JsonNode record = records.get(field);
        return record == null ? "none" : record.get("state").asText();
    }

    private String ledger(String part) {
        return prefix + "ledger:{ws_1}:" + part;
    }

    @Override
    public String toString() {
        return call + " stopped " + moment + " command " + step;
    }
}
