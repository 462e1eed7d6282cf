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
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes keys into ledger and index that exist already, many at a time: each step is sent for all of them before the next.
 *
 * <h2>None is doubled</h2>
 *
 * <p>A key that the index holds, under whichever pepper and also revoked, is left as it is. Of the others each is claimed, see
 * {@link Claims}: unless somebody's claim stands there; then its id and workspace are those. So everybody who takes in this key
 * makes the step in the ledger with one id, and that step is made once. It is claimed under every pepper, so that control planes
 * that share one pepper share the claim, in the middle of a change of peppers as well. A key that the ledger has already,
 * revoked perhaps, is shown to the index again, which may have lost it.
 *
 * <h2>Whoever stops in the middle</h2>
 *
 * <p>A claim without a step in the ledger is harmless: the next intake into this workspace goes on with its id. After the step
 * the note is there by which the {@link Reconciler} brings the key to the index. Its owner has the secret already, so it is
 * never withdrawn.
 *
 * <p>This class is thread-safe, also among several control planes. Its method blocks, for each step at most as long as one
 * command may take, and throws no {@link StoreException}: what became of each key is its {@link Outcome}.
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

    /** Takes in all of {@code items}, which are of {@code room} and of distinct keys; their outcomes are set on return. */
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

    /** Reads who those are that the index holds: only to show them. */
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
        // Whoever comes for it next must not be kept away by one that came to nothing.
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

    /** Where this fails, the note makes the reconciler do it. */
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

    /** Also what another intake has recorded, which may not have come any further. */
    private void project(List<IntakeItem> items) {
        each(
                items,
                item -> item.toShow().isPresent(),
                (commands, item) ->
                        index.projection(item.toShow().orElseThrow()).answer(commands),
                (item, answer) -> projected(item, index.read(answer)));
        // Where this fails, the note makes the reconciler look again, and no more.
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

    /** Sends a command for each of {@code items} that is meant, and hands each its answer, or what kept it from one. */
    private <T extends @Nullable Object> void each(
            List<IntakeItem> items,
            Predicate<IntakeItem> meant,
            BiFunction<RedisAsyncCommands<String, String>, IntakeItem, RedisFuture<T>> command,
            BiConsumer<IntakeItem, T> then) {
        List<IntakeItem> chosen = items.stream().filter(meant).toList();
        List<Answer<T>> answers = redis.all(chosen.stream()
                .<Function<RedisAsyncCommands<String, String>, RedisFuture<T>>>map(
                        item -> commands -> command.apply(commands, item))
                .toList());
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
