package dev.latchkey.server.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.index.IndexException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The rules of {@link CachedRecords}, by their numbers. */
class CachedRecordsTest {
    private static final CacheLimits LIMITS = new CacheLimits(100, 10, Duration.ofMinutes(8));

    private final Deque<CompletableFuture<Optional<String>>> reads = new ArrayDeque<>();
    private final CacheCounters counters = new CacheCounters();
    private final AtomicInteger asked = new AtomicInteger();
    private long nanos;
    private final CachedRecords<String, String> records =
            new CachedRecords<>(name -> read(), LIMITS, () -> nanos, counters);

    @Test
    void find_storedBefore_asksNobody() {
        var first = records.find("a");
        answer("v1");

        assertThat(first).isCompletedWithValue(Optional.of("v1"));
        for (int i = 0; i < 1000; i++) {
            assertThat(records.find("a")).isCompletedWithValue(Optional.of("v1"));
        }
        assertThat(asked).hasValue(1);
        assertThat(counters.hits()).isEqualTo(1000);
        assertThat(records.flights()).isZero();
    }

    @Test
    void find_absentBefore_asksNobodyAndIsCountedApart() {
        ask("a");
        answerAbsent();

        assertThat(records.find("a")).isCompletedWithValue(Optional.empty());
        assertThat(counters.absentHits()).isOne();
        assertThat(counters.hits()).isZero();
    }

    @Test
    void find_whileAReadIsUnderWay_joinsIt() {
        List<CompletableFuture<Optional<String>>> waiting = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            waiting.add(records.find("a"));
        }
        answer("v1");

        assertThat(asked).hasValue(1);
        assertThat(counters.joins()).isEqualTo(9999);
        assertThat(waiting).allSatisfy(answer -> assertThat(answer).isCompletedWithValue(Optional.of("v1")));
    }

    @Test
    void i1i2_pushBeforeTheAnswer_answersWhoWaitsAndStoresNothing() {
        var before = records.find("a");
        records.evict("a");
        answer("old");

        assertThat(before).isCompletedWithValue(Optional.of("old"));
        var after = records.find("a");
        assertThat(after).isNotDone();
        answer("new");
        assertThat(after).isCompletedWithValue(Optional.of("new"));
    }

    @Test
    void i2_off_pushBeforeTheAnswer_isAStaleAnswer() {
        CachedRecords<String, String> careless = new CachedRecords<>(name -> read(), LIMITS, () -> nanos, counters) {
            @Override
            boolean mayStore(Flight<String> answered, @Nullable Flight<String> standing) {
                return true;
            }
        };
        var unused = careless.find("a");
        careless.evict("a");
        answer("old");

        assertThat(careless.find("a")).isCompletedWithValue(Optional.of("old"));
    }

    @Test
    void i3_push_takesRecordsAndAbsence() {
        ask("a");
        answer("v1");
        ask("b");
        answerAbsent();

        records.evict("a");
        records.evict("b");

        assertThat(records.find("a")).isNotDone();
        assertThat(records.find("b")).isNotDone();
    }

    @Test
    void i4_findAfterThePush_doesNotJoinTheOldReadWhateverComesFirst() {
        var before = records.find("a");
        records.evict("a");
        var after = records.find("a");
        CompletableFuture<Optional<String>> oldRead = reads.removeFirst();
        answer("new");
        oldRead.complete(Optional.of("old"));

        assertThat(before).isCompletedWithValue(Optional.of("old"));
        assertThat(after).isCompletedWithValue(Optional.of("new"));
        assertThat(records.find("a")).isCompletedWithValue(Optional.of("new"));
    }

    @Test
    void find_readFails_failsForAllWhoWaitAndTheNextReadsAnew() {
        var first = records.find("a");
        var joined = records.find("a");
        reads.removeFirst()
                .completeExceptionally(new IndexException(IndexException.Fault.TIMEOUT, "no answer in time"));

        assertThat(first).isCompletedExceptionally();
        assertThat(joined).isCompletedExceptionally();
        assertThat(records.flights()).isZero();
        var next = records.find("a");
        answer("v1");
        assertThat(next).isCompletedWithValue(Optional.of("v1"));
    }

    @Test
    void find_callerThatGaveUp_leavesTheReadToTheOthers() {
        var impatient = records.find("a");
        var patient = records.find("a");
        var impatientToo = records.find("a");
        impatient.cancel(false);
        impatientToo.cancel(false);
        answer("v1");

        assertThat(patient).isCompletedWithValue(Optional.of("v1"));
        assertThat(records.flights()).isZero();
    }

    @Test
    void i8_recordPastItsAge_isReadAgain() {
        ask("a");
        answer("v1");

        nanos += LIMITS.maxAge().toNanos() - 1;
        assertThat(records.find("a")).isDone();
        reads.remove().completeExceptionally(new IndexException(IndexException.Fault.TIMEOUT, "late"));
        nanos++;
        assertThat(records.find("a")).isNotDone();
    }

    @Test
    void i8_recordTowardsItsEnd_isReadAgainOnceAndNobodyWaits() {
        ask("a");
        answer("v1");

        passSevenEighths();
        for (int i = 0; i < 10; i++) {
            assertThat(records.find("a")).isCompletedWithValue(Optional.of("v1"));
        }
        assertThat(asked).hasValue(2);
        assertThat(counters.renewals()).isOne();
        answer("v2");

        nanos += LIMITS.maxAge().toNanos() / 8 * 3 - 1;
        assertThat(records.find("a")).isCompletedWithValue(Optional.of("v2"));
        assertThat(asked).hasValue(2);
        assertThat(records.flights()).isZero();
    }

    /** A new object would be moved to the old generation, and make each collection on the way longer. */
    @Test
    void i8_recordThatIsAsItWasWhenReadAgain_staysTheSameObject() {
        ask("a");
        answer("v1");
        var before = records.find("a");

        for (int i = 0; i < 10; i++) {
            passSevenEighths();
            ask("a");
            answer("v1");
            assertThat(records.find("a")).isSameAs(before);
        }
        assertThat(counters.renewals()).isEqualTo(10);
        nanos += LIMITS.maxAge().toNanos();
        assertThat(records.find("a")).isNotDone();
    }

    @Test
    void i8_absenceThatIsStillSoWhenReadAgain_staysTheSameObject() {
        ask("a");
        answerAbsent();
        var before = records.find("a");

        passSevenEighths();
        ask("a");
        answerAbsent();
        assertThat(records.find("a")).isSameAs(before).isCompletedWithValue(Optional.empty());
        nanos += LIMITS.maxAge().toNanos();
        assertThat(records.find("a")).isNotDone();
    }

    /** A wave of reads would take from the requests of its time what it costs. */
    @Test
    void i8_recordsStoredTogether_areReadAgainSpreadOverHalfTheirAge() {
        for (int i = 0; i < LIMITS.entries(); i++) {
            ask("a" + i);
            answer("v1");
        }
        List<Integer> renewals = new ArrayList<>();
        for (int eighth = 1; eighth < 8; eighth++) {
            nanos += LIMITS.maxAge().toNanos() / 8;
            for (int i = 0; i < LIMITS.entries(); i++) {
                ask("a" + i);
            }
            renewals.add(reads.size());
            reads.clear();
        }

        assertThat(renewals.stream().mapToInt(n -> n).sum()).isEqualTo((int) LIMITS.entries());
        assertThat(renewals.subList(0, 3)).containsOnly(0);
        assertThat(renewals.subList(3, 7)).allSatisfy(n -> assertThat(n).isBetween(1, (int) LIMITS.entries() / 2));
    }

    @Test
    void i8_recordThatCannotBeReadAgain_isUsedUntilItsEndAndNoLonger() {
        ask("a");
        answer("v1");

        passSevenEighths();
        ask("a");
        reads.remove().completeExceptionally(new IndexException(IndexException.Fault.TIMEOUT, "late"));
        assertThat(records.find("a")).isCompletedWithValue(Optional.of("v1"));
        reads.remove().completeExceptionally(new IndexException(IndexException.Fault.TIMEOUT, "late"));

        nanos += LIMITS.maxAge().toNanos() / 8;
        assertThat(records.find("a")).isNotDone();
    }

    @Test
    void i3_pushWhileARecordIsReadAgain_takesBoth() {
        ask("a");
        answer("v1");

        passSevenEighths();
        ask("a");
        records.evict("a");
        answer("v1");

        var after = records.find("a");
        assertThat(after).isNotDone();
        answer("v2");
        assertThat(after).isCompletedWithValue(Optional.of("v2"));
    }

    @Test
    void i8_recordGoneWhenItIsReadAgain_isGone() {
        ask("a");
        answer("v1");

        passSevenEighths();
        ask("a");
        answerAbsent();

        assertThat(records.find("a")).isCompletedWithValue(Optional.empty());
        assertThat(asked).hasValue(2);
    }

    /** To where each record is read again, and none is at its end. */
    private void passSevenEighths() {
        nanos += LIMITS.maxAge().toNanos() / 8 * 7;
    }

    @Test
    void absent_floodOfUnknownNames_evictsNoRecord() {
        for (int i = 0; i < 100; i++) {
            ask("good" + i);
            answer("v");
        }
        for (int i = 0; i < 10_000; i++) {
            ask("bad" + i);
            answerAbsent();
        }
        int before = asked.get();
        for (int i = 0; i < 100; i++) {
            assertThat(records.find("good" + i)).isCompletedWithValue(Optional.of("v"));
        }

        assertThat(asked).hasValue(before);
    }

    /** Threads that read and one that writes: after the push of a write nobody may find what was before. */
    @Test
    void find_manyThreadsWhileTheStoreChanges_neverSeesWhatWasBeforeThePush() throws Exception {
        AtomicInteger store = new AtomicInteger();
        AtomicInteger pushed = new AtomicInteger();
        CachedRecords<String, Integer> shared = new CachedRecords<>(
                name -> CompletableFuture.supplyAsync(() -> Optional.of(store.get())),
                LIMITS,
                System::nanoTime,
                counters);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            CyclicBarrier start = new CyclicBarrier(4);
            List<Future<?>> readers = new ArrayList<>();
            for (int reader = 0; reader < 3; reader++) {
                readers.add(threads.submit(() -> {
                    start.await();
                    while (store.get() < 20_000) {
                        int least = pushed.get();
                        int found = shared.find("a").join().orElseThrow();
                        assertThat(found).isGreaterThanOrEqualTo(least);
                    }
                    return null;
                }));
            }
            start.await();
            for (int i = 1; i <= 20_000; i++) {
                store.set(i);
                shared.evict("a");
                pushed.set(i);
            }
            for (Future<?> reader : readers) {
                reader.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void ask(String name) {
        var unused = records.find(name);
    }

    private CompletableFuture<Optional<String>> read() {
        asked.incrementAndGet();
        CompletableFuture<Optional<String>> read = new CompletableFuture<>();
        reads.add(read);
        return read;
    }

    private void answer(String value) {
        reads.removeFirst().complete(Optional.of(value));
    }

    private void answerAbsent() {
        reads.removeFirst().complete(Optional.empty());
    }
}
