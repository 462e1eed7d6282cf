package dev.latchkey.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.read.ListAppender;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.CreateWorkspaceRequest;
import dev.latchkey.v1.GetKeyRequest;
import dev.latchkey.v1.GetWorkspaceRequest;
import dev.latchkey.v1.ImportKeysRequest;
import dev.latchkey.v1.ImportKeysResponse;
import dev.latchkey.v1.ImportOutcome;
import dev.latchkey.v1.ImportResult;
import dev.latchkey.v1.KeyToImport;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.RevokeAllKeysRequest;
import dev.latchkey.v1.RevokeKeyRequest;
import dev.latchkey.v1.UpdateKeyRequest;
import io.grpc.StatusRuntimeException;
import io.lettuce.core.Range;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/** A key leaves the control plane once, in the answer that makes it. */
class SecretsTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final int START = 13;

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger own = (Logger) LoggerFactory.getLogger("dev.latchkey");
    private final Logger client = (Logger) LoggerFactory.getLogger("io.grpc");
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Level rootLevel = root.getLevel();
    private Appender<ILoggingEvent> console;

    @BeforeEach
    void listen() {
        logged.start();
        console = root.getAppender("STDERR");
        root.detachAppender(console);
        root.addAppender(logged);
        root.setLevel(Level.DEBUG);
        own.setLevel(Level.TRACE);
        // The test's own client, which shows what it receives.
        client.setLevel(Level.WARN);
    }

    @AfterEach
    void stopListening() {
        root.detachAppender(logged);
        root.addAppender(console);
        root.setLevel(rootLevel);
        own.setLevel(null);
        client.setLevel(null);
    }

    @Test
    void secret_wholeLifeOfAKeyWithMistakes_isNowhereButInOneAnswer() throws Exception {
        ControlUser user = new ControlUser(REDIS);
        String secret;
        List<String> answers = new ArrayList<>();
        try (RunningControlPlane control = new RunningControlPlane(user.uri())) {
            Awaitility.await().until(control.plane::ready);
            control.workspaces()
                    .createWorkspace(
                            CreateWorkspaceRequest.newBuilder().setId("ws_1").build());
            CreateKeyResponse created = control.keys().createKey(request("CRM"));
            secret = created.getSecret();
            answers.add(created.getKey().toString());

            // People put keys where they do not belong.
            List<Function<RunningControlPlane, Object>> mistakes = List.of(
                    c -> c.keys().createKey(request(secret)),
                    c -> c.keys()
                            .createKey(
                                    request("CRM").toBuilder().addScopes(secret).build()),
                    c -> c.keys()
                            .createKey(request("CRM").toBuilder()
                                    .setWorkspace(secret)
                                    .build()),
                    c -> c.keys()
                            .getKey(GetKeyRequest.newBuilder()
                                    .setWorkspace("-")
                                    .setId(secret)
                                    .build()),
                    c -> c.keys()
                            .revokeKey(RevokeKeyRequest.newBuilder()
                                    .setWorkspace("-")
                                    .setId(secret)
                                    .build()),
                    c -> c.keys().revokeKey(revoke(created, "leaked: " + secret)),
                    c -> c.keys()
                            .listKeys(ListKeysRequest.newBuilder()
                                    .setWorkspace("ws_1")
                                    .setPageToken(secret)
                                    .build()),
                    c -> c.keys()
                            .listKeys(ListKeysRequest.newBuilder()
                                    .setWorkspace("ws_1")
                                    .setName(secret)
                                    .setOrderBy(secret)
                                    .build()),
                    c -> c.keys()
                            .updateKey(UpdateKeyRequest.newBuilder()
                                    .setWorkspace("ws_1")
                                    .setId(created.getKey().getId())
                                    .setName(secret)
                                    .build()),
                    c -> c.keys()
                            .updateKey(UpdateKeyRequest.newBuilder()
                                    .setWorkspace("ws_1")
                                    .setId(created.getKey().getId())
                                    .addScopes(secret)
                                    .build()),
                    c -> c.keys()
                            .revokeAllKeys(RevokeAllKeysRequest.newBuilder()
                                    .setWorkspace("ws_1")
                                    .setReason(secret)
                                    .build()),
                    c -> c.workspaces()
                            .createWorkspace(CreateWorkspaceRequest.newBuilder()
                                    .setId(secret)
                                    .build()),
                    c -> c.workspaces()
                            .createWorkspace(CreateWorkspaceRequest.newBuilder()
                                    .setId("ws_2")
                                    .setName(secret)
                                    .build()),
                    c -> c.workspaces()
                            .getWorkspace(GetWorkspaceRequest.newBuilder()
                                    .setId(secret)
                                    .build()),
                    c -> c.keys(RunningControlPlane.authorization("Bearer " + secret))
                            .createKey(request("CRM")));
            for (Function<RunningControlPlane, Object> mistake : mistakes) {
                answers.add(refusal(control, mistake));
            }

            user.mayNotWriteIndex();
            answers.add(refusal(control, c -> c.keys().createKey(request("CRM"))));
            answers.add(refusal(control, c -> c.keys().revokeKey(revoke(created, "leaked"))));
            user.may("+@all", "~*");
            answers.add(control.keys().revokeKey(revoke(created, "leaked")).toString());
            answers.add(control.keys()
                    .listKeys(ListKeysRequest.newBuilder()
                            .setWorkspace("ws_1")
                            .setShowAll(true)
                            .build())
                    .toString());
            answers.add(control.get("/metrics").body());
            answers.add(control.get("/readyz").body());
        }

        String marker = secret.substring(START);
        assertThat(lines()).as("the log was captured").anyMatch(line -> line.contains("key.create key_"));
        assertThat(lines()).noneMatch(line -> line.contains(marker) || line.contains(RunningControlPlane.ALICE));
        List<String> stored = dump(REDIS.commands());
        assertThat(stored).as("Redis was dumped").anyMatch(text -> text.contains("key.revoke"));
        assertThat(stored).noneMatch(text -> text.contains(marker) || text.contains(RunningControlPlane.ALICE));
        assertThat(answers).noneMatch(text -> text.contains(marker));
    }

    @Test
    void secret_importWithMistakesAndFailures_isNowhere() throws Exception {
        ControlUser user = new ControlUser(REDIS);
        String good = "opt_live_abcdefghijklmnopqrstuvwxyzABCDEF0bcREx";
        String typingError = "opt_live_abcdefghijklmnopqrstuvwxyzABCDEF0bcREy";
        String foreignForm = "opt_live_abcdefghijklmnopqrstuvwxyz";
        List<String> answers = new ArrayList<>();
        try (RunningControlPlane control = new RunningControlPlane(user.uri())) {
            Awaitility.await().until(control.plane::ready);
            control.workspaces()
                    .createWorkspace(
                            CreateWorkspaceRequest.newBuilder().setId("ws_1").build());
            ImportKeysRequest request = ImportKeysRequest.newBuilder()
                    .setWorkspace("ws_1")
                    .addScopes("cases:read")
                    .addKeys(KeyToImport.newBuilder().setSecret(good))
                    .addKeys(KeyToImport.newBuilder().setSecret(typingError).setName(good))
                    .addKeys(KeyToImport.newBuilder().setSecret(foreignForm).addScopes(good))
                    .addKeys(KeyToImport.newBuilder().setSecret(good + " " + good))
                    .build();
            user.mayNotWriteIndex();
            answers.add(refusal(control, c -> c.keys().importKeys(request)));
            user.may("+@all", "~*");
            ImportKeysResponse response = control.keys().importKeys(request);
            assertThat(response.getResultsList())
                    .extracting(ImportResult::getOutcome)
                    .containsExactly(
                            ImportOutcome.EXISTED, ImportOutcome.REFUSED, ImportOutcome.REFUSED, ImportOutcome.REFUSED);
            answers.add(response.toString());
            answers.add(refusal(
                    control,
                    c -> c.keys()
                            .importKeys(request.toBuilder().setWorkspace(good).build())));
            answers.add(refusal(
                    control,
                    c -> c.keys().importKeys(request.toBuilder().addScopes(good).build())));
            answers.add(control.get("/metrics").body());
        }

        String marker = good.substring(START, good.length() - 6);
        assertThat(lines()).as("the log was captured").anyMatch(line -> line.contains("key.import"));
        assertThat(lines()).noneMatch(line -> line.contains(marker));
        List<String> stored = dump(REDIS.commands());
        assertThat(stored).as("Redis was dumped").anyMatch(text -> text.contains("key.import"));
        assertThat(stored).noneMatch(text -> text.contains(marker));
        assertThat(answers).hasSize(5).noneMatch(text -> text.contains(marker));
    }

    private static String refusal(RunningControlPlane control, Function<RunningControlPlane, Object> call) {
        List<String> texts = new ArrayList<>();
        assertThatThrownBy(() -> call.apply(control)).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            texts.add(e.getStatus() + " " + e.getTrailers());
            texts.add(String.valueOf(io.grpc.protobuf.StatusProto.fromThrowable(e)));
        });
        return String.join(" ", texts);
    }

    private static CreateKeyRequest request(String name) {
        return CreateKeyRequest.newBuilder()
                .setWorkspace("ws_1")
                .setName(name)
                .addScopes("cases:read")
                .build();
    }

    private static RevokeKeyRequest revoke(CreateKeyResponse created, String reason) {
        return RevokeKeyRequest.newBuilder()
                .setWorkspace("-")
                .setId(created.getKey().getId())
                .setReason(reason)
                .build();
    }

    private List<String> lines() {
        return List.copyOf(logged.list).stream()
                .map(event -> event.getFormattedMessage()
                        + (event.getThrowableProxy() == null
                                ? ""
                                : ThrowableProxyUtil.asString(event.getThrowableProxy())))
                .toList();
    }

    private static List<String> dump(RedisCommands<String, String> redis) {
        List<String> all = new ArrayList<>();
        for (String name : redis.keys("*")) {
            String value = switch (redis.type(name)) {
                case "string" -> redis.get(name);
                case "hash" -> redis.hgetall(name).toString();
                case "zset" -> redis.zrange(name, 0, -1).toString();
                case "stream" -> redis.xrange(name, Range.unbounded()).toString();
                default -> throw new IllegalStateException("a type the control plane does not use: " + name);
            };
            all.add(name + " = " + value);
        }
        return all;
    }
}
