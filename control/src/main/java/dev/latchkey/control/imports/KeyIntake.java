package dev.latchkey.control.imports;

import dev.latchkey.control.imports.IntakeItem.Outcome;
import dev.latchkey.control.index.IndexWriter;
import dev.latchkey.control.index.Projection;
import dev.latchkey.control.ledger.Claims;
import dev.latchkey.control.ledger.Creation;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.ledger.LedgerNames;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Room;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.redis.RedisCalls.Answer;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.upkeep.Reconciler;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A batch writer that takes existing keys into the ledger and the index. Each step is sent for all keys of the batch
 * before the next step starts.
 *
 * <h2>No key is recorded twice</h2>
 *
 * <p>A key that the index holds under any pepper, even as revoked, is left unchanged. The intake claims each of the
 * other keys; see {@link Claims}. If a claim already exists, the intake adopts the id and workspace of this claim. All
 * intakes of the same key therefore use one id in the ledger step, so that the step takes effect only once. A key is
 * claimed under every pepper: control planes that share at least one pepper share the claim, even during a change of
 * peppers. A key that the ledger already holds, even as revoked, is written to the index again, because the index might
 * have lost it.
 *
 * <h2>Interruption at any step</h2>
 *
 * <p>A claim without a ledger step is harmless: the next intake into this workspace continues with its id. The ledger
 * step also writes the note by which the {@link Reconciler} brings the key to the index. The key's owner already has
 * the secret, so the key is never withdrawn.
 *
 * <p>This class is thread-safe. Concurrent use by several control planes is safe too. {@link #take} blocks, in each
 * step at most for the time limit of one command. It throws no {@link StoreException}: each key has an {@link Outcome}.
 */
public final class KeyIntake {
    private static final Logger log = LoggerFactory.getLogger(KeyIntake.class);

    private final RedisCalls redis;
    private final Ledger ledger;
    private final LedgerNames names;
    private final Claims claims;
    private final IndexWriter index;

    public KeyIntake(RedisCalls redis, Ledger ledger, IndexWriter index) {
        this.redis = redis;
        this.ledger = ledger;
        this.names = ledger.names();
        this.claims = ledger.claims();
        this.index = index;
    }

    /** Processes {@code items}, which belong to {@code room} and have distinct keys. On return, outcomes are set. */
    public void take(Room room, Collection<IntakeItem> items, Audit audit) {
        String workspace = room.workspace().entry().workspace();
        List<IntakeItem> all = List.copyOf(items);
        lookUp(all);
        describe(workspace, all);
        claim(all);
        each(
                all,
                IntakeItem::isOpen,
                (commands, item) -> commands.set(names.owner(item.key().id()), workspace),
                (item, ok) -> {});
        each(
                all,
                IntakeItem::isOpen,
                (commands, item) -> claims.list(commands, item.key().id(), item.claims()),
                (item, before) -> {});
        record(room, all, audit);
        keepClaims(all);
        project(all);
    }

    private void lookUp(List<IntakeItem> items) {
        forEachPepper(
                items,
                n -> each(
                        items,
                        IntakeItem::isOpen,
                        (commands, item) -> commands.exists(index.name(item.digest(n))),
                        (item, hits) -> item.lookedUp(hits > 0)));
    }

    /** Reads the records of keys that the index already holds. They are needed only for the response. */
    private void describe(String workspace, List<IntakeItem> items) {
        forEachPepper(
                items,
                n -> each(
                        items,
                        IntakeItem::isKnown,
                        (commands, item) -> commands.hgetall(index.name(item.digest(n))),
                        (item, fields) -> item.indexed(item.digest(n), fields)));
        each(
                items,
                item -> item.existing().isPresent(),
                (commands, item) -> commands.hget(
                        names.records(workspace), item.existing().orElseThrow().id()),
                IntakeItem::ledgerHas);
    }

    private void claim(List<IntakeItem> items) {
        SetArgs unlessClaimed = SetArgs.Builder.nx().px(Claims.UNTIL_RECORDED);
        forEachClaim(
                items,
                n -> each(
                        items,
                        item -> item.isOpen() && n < item.claims().size(),
                        (commands, item) ->
                                commands.setGet(names.claim(item.claims().get(n)), item.claim(), unlessClaimed),
                        IntakeItem::claimStood));
        // Release the claims of this failed intake, so that they do not block the next intake of the key.
        forEachClaim(
                items,
                n -> each(
                        items,
                        item -> item.isClaimLost() && n < item.claims().size(),
                        (commands, item) ->
                                claims.release(commands, item.claims().get(n), item.firstClaim()),
                        (item, released) -> {}));
        each(
                items,
                IntakeItem::isClaimedElsewhere,
                (commands, item) -> commands.hget(
                        names.records(item.claimedBy()), item.key().id()),
                IntakeItem::claimantHas);
    }

    private void record(Room room, List<IntakeItem> items, Audit audit) {
        String workspace = room.workspace().entry().workspace();
        if (items.stream().noneMatch(IntakeItem::isOpen)) {
            return;
        }
        try {
            ledger.mark(workspace);
        } catch (StoreException e) {
            items.forEach(item -> item.failed(e));
            return;
        }
        each(
                items,
                IntakeItem::isOpen,
                (commands, item) -> ledger.creation(item.key(), audit, room).number(commands),
                (item, answer) -> item.recorded(Creation.of(answer)));
        each(
                items,
                IntakeItem::isRecordedByOther,
                (commands, item) ->
                        commands.hget(names.records(workspace), item.key().id()),
                IntakeItem::otherHas);
    }

    /**
     * Makes the claims permanent. If this step fails, the reconciler does it later, because the note is still there.
     */
    private void keepClaims(List<IntakeItem> items) {
        forEachClaim(
                items,
                n -> each(
                        items,
                        item -> item.isRecorded() && n < item.claims().size(),
                        (commands, item) ->
                                claims.keep(commands, item.key(), item.claims().get(n)),
                        (item, ok) -> {}));
    }

    /** Writes the keys to the index, even those that another intake has recorded: it might have stopped there. */
    private void project(List<IntakeItem> items) {
        each(
                items,
                item -> item.toShow().isPresent(),
                (commands, item) ->
                        index.projection(item.toShow().orElseThrow()).answer(commands),
                (item, answer) -> projected(item, index.read(answer)));
        // If this step fails, the note remains and only makes the reconciler check the key again.
        each(
                items,
                IntakeItem::isShown,
                (commands, item) -> ledger.settling(item.result().orElseThrow()).number(commands),
                (item, settled) -> {});
    }

    private static void projected(IntakeItem item, Projection projection) {
        boolean conflict = projection.outcome() == Projection.Outcome.CONFLICT;
        if (conflict) {
            log.error("{} of {}: {}", item.key().id(), item.key().workspace(), IndexWriter.CONFLICT);
        }
        item.shown(conflict);
    }

    private static void forEachClaim(List<IntakeItem> items, IntConsumer step) {
        int most = items.stream().mapToInt(item -> item.claims().size()).max().orElse(0);
        IntStream.range(0, most).forEach(step);
    }

    private static void forEachPepper(List<IntakeItem> items, IntConsumer step) {
        IntStream.range(0, items.isEmpty() ? 0 : items.get(0).peppers()).forEach(step);
    }

    /** Sends one command for each item that {@code meant} selects. Then passes each item its response or failure. */
    private <T extends @Nullable Object> void each(
            List<IntakeItem> items,
            Predicate<IntakeItem> meant,
            BiFunction<RedisAsyncCommands<String, String>, IntakeItem, RedisFuture<T>> command,
            BiConsumer<IntakeItem, T> then) {
        List<IntakeItem> chosen = items.stream().filter(meant).toList();
        List<Answer<T>> answers = redis.all(chosen, item -> commands -> command.apply(commands, item));
        for (int i = 0; i < chosen.size(); i++) {
            IntakeItem item = chosen.get(i);
            if (answers.get(i) instanceof Answer.Given<T> given) {
                then.accept(item, given.value());
            } else if (answers.get(i) instanceof Answer.Missing<T> missing) {
                item.failed(missing.failure());
            }
        }
    }
}
