package dev.latchkey.server.feed;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.latchkey.decision.Reason;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.Digests;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.redis.RealRedis;
import dev.latchkey.redis.RedisKeyIndex;
import dev.latchkey.redis.RedisLastUses;
import dev.latchkey.server.ops.LastUsed;
import io.lettuce.core.CopyArgs;
import io.lettuce.core.FlushMode;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Whatever is written to a real Redis, the near cache follows: at once, by pushes alone, on one and the same
 * connection.
 */
class FeedWritesTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis(
            "--enable-debug-command", "yes", "--dir", temporaryFolder().toString());

    /** The name of a record beside the index, for others to be made of. */
    private static final String REVOKED = "latchkey:revoked";

    private static final KeyDigest OTHER = Digests.named("other");

    private RealFeed near;

    /** The lease is so long that it has no part in what is seen here. */
    @BeforeEach
    void start() throws IOException {
        near = new RealFeed(REDIS).lease(Duration.ofMinutes(10)).start();
    }

    @AfterEach
    void stop() throws IOException {
        near.close();
    }

    /** What changes the record of a key, its name given. */
    static Stream<Write> writes() {
        return Stream.of(
                write("a revoke", (redis, name) -> redis.hset(name, "state", "revoked")),
                write("the same value again", (redis, name) -> redis.hset(name, "rev", "1")),
                write("a field removed", (redis, name) -> redis.hdel(name, "scopes")),
                write("DEL", RedisCommands::del),
                write("UNLINK", RedisCommands::unlink),
                write("an end set", (redis, name) -> redis.pexpire(name, 100_000)),
                write("an end that is over", (redis, name) -> redis.pexpire(name, 0)),
                write("renamed away", (redis, name) -> redis.rename(name, "latchkey:elsewhere")),
                write("another renamed onto it", (redis, name) -> redis.rename(REVOKED, name)),
                write(
                        "another copied onto it",
                        (redis, name) -> redis.copy(REVOKED, name, CopyArgs.Builder.replace(true))),
                write("another type", (redis, name) -> redis.set(name, "text")),
                write("restored from a dump", (redis, name) -> {
                    byte[] dump = redis.dump(REVOKED);
                    redis.del(name);
                    redis.restore(name, 0, dump);
                }),
                write("a transaction", (redis, name) -> {
                    redis.multi();
                    redis.hset(name, "state", "revoked");
                    redis.hset(name, "rev", "2");
                    var unused = redis.exec();
                }),
                write(
                        "a script",
                        (redis, name) -> redis.eval(
                                "return redis.call('HSET', KEYS[1], 'state', 'revoked')",
                                ScriptOutputType.INTEGER,
                                name)));
    }

    private static Write write(String title, BiConsumer<RedisCommands<String, String>, String> command) {
        return new Write(title, command);
    }

    private record Write(String title, BiConsumer<RedisCommands<String, String>, String> command) {
        @Override
        public String toString() {
            return title;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("writes")
    void write_ofAnyKind_evicts(Write write) {
        REDIS.commands().hset(REVOKED, IndexSchema.encode(OneKey.revoked()));
        near.warm();
        long before = near.cache.counters().invalidations();

        write.command.accept(REDIS.commands(), near.schema.key(OneKey.DIGEST));

        RealFeed.patiently().until(() -> near.cache.counters().invalidations() > before);
        // What memory says is what Redis says.
        Reason inRedis = OneKey.decide(new RedisKeyIndex(near.direct, near.schema));
        RealFeed.patiently().until(near::decide, inRedis::equals);
        assertThat(near.ends).isEmpty();
    }

    @Test
    void transaction_ofTwoKeys_evictsBoth() {
        REDIS.store(near.schema, OTHER, OneKey.record());
        near.warm();
        assertThat(near.cache.findKey(OTHER).join()).isPresent();

        REDIS.commands().multi();
        near.revoke();
        REDIS.commands().hset(near.schema.key(OTHER), "state", "revoked");
        var unused = REDIS.commands().exec();

        near.awaitRevoked();
        RealFeed.patiently()
                .until(() -> near.cache.findKey(OTHER).join().orElseThrow().revoked());
    }

    /** What makes Redis say that everything may have changed. */
    static Stream<Flush> flushes() {
        return Stream.of(
                new Flush("FLUSHALL", RedisCommands::flushall, Reason.UNKNOWN_KEY),
                new Flush("FLUSHALL ASYNC", redis -> redis.flushall(FlushMode.ASYNC), Reason.UNKNOWN_KEY),
                new Flush("FLUSHDB", RedisCommands::flushdb, Reason.UNKNOWN_KEY),
                new Flush("saved and loaded again", redis -> debug(redis, "RELOAD"), Reason.OK));
    }

    private record Flush(String title, Consumer<RedisCommands<String, String>> command, Reason expected) {
        @Override
        public String toString() {
            return title;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("flushes")
    void flush_ofAnyKind_forgetsEverythingWithoutAnErrorAndComesBack(Flush flush) {
        near.warm();
        ListAppender<ILoggingEvent> shown = new ListAppender<>();
        shown.start();
        Logger logger = (Logger) LoggerFactory.getLogger("dev.latchkey");
        logger.addAppender(shown);
        try {
            flush.command.accept(REDIS.commands());

            near.awaitEnd(EpochEnd.FLUSHED);
            assertThat(near.decide()).isEqualTo(flush.expected);
            near.awaitOpen();
        } finally {
            logger.detachAppender(shown);
        }
        assertThat(shown.list).noneMatch(event -> event.getThrowableProxy() != null);
        near.warm();
    }

    @Test
    void create_ofAKeyThatWasUnknown_isSeenLongBeforeItsAge() {
        REDIS.store(near.schema, OneKey.WORKSPACE);
        RealFeed.patiently().until(() -> {
            assertThat(near.decide()).isEqualTo(Reason.UNKNOWN_KEY);
            return near.cache.counters().absentHits() > 0;
        });

        REDIS.store(near.schema, OneKey.DIGEST, OneKey.record());

        near.awaitWarm();
    }

    @Test
    void expiry_whichRedisDoesNotNotice_isJudgedByTheRecordAndNotByAPush() {
        debug(REDIS.commands(), "SET-ACTIVE-EXPIRE", "0");
        REDIS.store(near.schema, OneKey.WORKSPACE);
        long end = near.clock.getAsLong() + 3000;
        String name = near.schema.key(OneKey.DIGEST);
        REDIS.store(near.schema, OneKey.DIGEST, OneKey.expiringAt(end));
        REDIS.commands().pexpireat(name, end);
        near.awaitWarm();
        long pushes = near.cache.counters().invalidations();
        long misses = near.cache.counters().misses();

        RealFeed.patiently().until(() -> {
            boolean over = near.clock.getAsLong() >= end;
            Reason reason =
                    OneKey.ask(near.cache, OneKey.READ, near.clock).join().reason();
            assertThat(reason).isIn(Reason.EXPIRED_KEY, over ? Reason.EXPIRED_KEY : Reason.OK);
            return reason == Reason.EXPIRED_KEY;
        });

        assertThat(near.cache.counters().invalidations()).isEqualTo(pushes);
        assertThat(near.cache.counters().misses()).isEqualTo(misses);
    }

    @Test
    void scopes_taken_countForTheNextRequest() {
        near.warm();
        assertThat(decide(OneKey.WRITE)).isEqualTo(Reason.OK);

        REDIS.store(near.schema, OneKey.DIGEST, OneKey.with(KeyRecord.State.ACTIVE, "a"));

        RealFeed.patiently().until(() -> decide(OneKey.WRITE), Reason.SCOPE_MISSING::equals);
        assertThat(decide(OneKey.READ)).isEqualTo(Reason.OK);
    }

    /** What goes wrong where the verdict about a key is kept, and not its record, although every push drops it. */
    @Test
    void evaluationOnHit_off_isAWrongAllow() {
        Map<KeyDigest, Reason> verdicts = new HashMap<>();
        AtomicLong now = new AtomicLong(1999);
        REDIS.store(near.schema, OneKey.WORKSPACE);
        KeyRecord readsOnlyAndEnds = new KeyRecord(
                "key_1", "ws_1", OneKey.record().environment(), Set.of("a"), KeyRecord.State.ACTIVE, 2000, 1);
        REDIS.store(near.schema, OneKey.DIGEST, readsOnlyAndEnds);
        RealFeed.patiently().until(() -> decide(OneKey.READ, now), Reason.OK::equals);

        assertThat(verdicts.computeIfAbsent(OneKey.DIGEST, digest -> decide(OneKey.READ, now)))
                .isEqualTo(Reason.OK);
        assertThat(verdicts.computeIfAbsent(OneKey.DIGEST, digest -> decide(OneKey.WRITE, now)))
                .as("without the scope")
                .isEqualTo(Reason.OK);
        assertThat(decide(OneKey.WRITE, now)).isEqualTo(Reason.SCOPE_MISSING);
        now.set(2000);
        assertThat(verdicts.computeIfAbsent(OneKey.DIGEST, digest -> decide(OneKey.READ, now)))
                .as("after its end")
                .isEqualTo(Reason.OK);
        assertThat(decide(OneKey.READ, now)).isEqualTo(Reason.EXPIRED_KEY);
    }

    @Test
    void workspace_suspended_deniesItsKeysByPushAndNoOthers() {
        REDIS.store(near.schema, OTHER, other());
        REDIS.store(near.schema, new WorkspaceRecord("ws_2", true, 1));
        near.warm();
        assertThat(near.cache.findWorkspace("ws_2").join()).isPresent();

        REDIS.store(near.schema, new WorkspaceRecord("ws_2", false, 2));

        RealFeed.patiently()
                .until(() ->
                        !near.cache.findWorkspace("ws_2").join().orElseThrow().active());
        assertThat(near.decide()).isEqualTo(Reason.OK);
        REDIS.store(near.schema, new WorkspaceRecord("ws_1", false, 2));
        RealFeed.patiently().until(near::decide, Reason.WORKSPACE_INACTIVE::equals);
        REDIS.commands().del(near.schema.workspace("ws_1"));
        RealFeed.patiently().until(near::decide, Reason.WORKSPACE_MISSING::equals);
        assertThat(near.ends).isEmpty();
    }

    @Test
    void lastUses_ofTenThousandChecks_arePushedToNobody() {
        near.warm();
        long pushes = near.cache.counters().invalidations();
        try (LastUsed lastUsed = new LastUsed(new RedisLastUses(near.direct, near.schema), near.clock::redisMillis)) {
            for (int i = 0; i < 10_000; i++) {
                lastUsed.decided(OneKey.ask(near.cache).join(), 1);
                if (i % 1000 == 0) {
                    lastUsed.flush().join();
                }
            }
        }
        assertThat(REDIS.commands().zscore(near.schema.used("ws_1"), "key_1")).isPositive();

        near.revoke();

        near.awaitRevoked();
        assertThat(near.cache.counters().invalidations()).isEqualTo(pushes + 1);
    }

    @Test
    void manyKeysWrittenAtOnce_decisionsGoOnFromMemoryWhichDoesNotGrow() throws Exception {
        int keys = 100_000;
        IndexSchema schema = new IndexSchema("latchkey:");
        near.warm();
        long misses = near.cache.counters().misses();
        long pushes = near.cache.counters().invalidations();
        long heap = usedHeap();

        var redis = REDIS.async();
        for (int i = 0; i < keys; i += 1000) {
            List<CompletableFuture<Long>> batch = new ArrayList<>();
            for (int key = i; key < i + 1000; key++) {
                batch.add(redis.hset(schema.key(Digests.named("bulk" + key)), IndexSchema.encode(OneKey.record()))
                        .toCompletableFuture());
            }
            do {
                assertThat(near.decide()).isEqualTo(Reason.OK);
            } while (!batch.get(999).isDone());
            CompletableFuture.allOf(batch.toArray(CompletableFuture[]::new)).join();
        }

        RealFeed.patiently().until(() -> near.cache.counters().invalidations() == pushes + keys);
        assertThat(near.cache.counters().misses()).isEqualTo(misses);
        assertThat(near.ends).isEmpty();
        assertThat(usedHeap() - heap).as("more bytes of heap").isLessThan(32 << 20);
        near.revoke();
        near.awaitRevoked();
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private Reason decide(String method) {
        return decide(method, new AtomicLong(1));
    }

    private Reason decide(String method, AtomicLong now) {
        return OneKey.ask(near.cache, method, now::get).join().reason();
    }

    private static KeyRecord other() {
        KeyRecord one = OneKey.record();
        return new KeyRecord("key_2", "ws_2", one.environment(), one.scopes(), one.state(), one.expiresAt(), 1);
    }

    private static void debug(RedisCommands<String, String> redis, String... arguments) {
        redis.dispatch(
                CommandType.DEBUG,
                new StatusOutput<>(StringCodec.UTF8),
                new CommandArgs<>(StringCodec.UTF8).addValues(arguments));
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("latchkey-redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
