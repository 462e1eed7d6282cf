package dev.latchkey.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.key.Digests;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BoundedKeyIndexTest {
    private static final KeyDigest DIGEST = Digests.named("x");
    private final Pending pending = new Pending();
    private final ReadBudget budget = new ReadBudget(2);
    private final BoundedKeyIndex index = new BoundedKeyIndex(pending, budget);

    @Test
    void findKey_beyondTheLimit_failsAtOnceAndAsksNobody() {
        var first = index.findKey(DIGEST);
        var second = index.findKey(DIGEST);

        assertThatThrownBy(index.findKey(DIGEST)::join)
                .cause()
                .isInstanceOfSatisfying(
                        IndexException.class, e -> assertThat(e.fault()).isEqualTo(IndexException.Fault.OVERLOADED));
        assertThat(pending.asked).hasSize(2);
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
    }

    @Test
    void findKey_afterOneEnded_isAskedAgain() {
        var first = index.findKey(DIGEST);
        var second = index.findKey(DIGEST);
        pending.asked.get(0).complete(Optional.empty());
        pending.asked.get(1).completeExceptionally(new IndexException(IndexException.Fault.TIMEOUT, "late"));

        assertThat(budget.underWay()).isZero();
        assertThat(index.findKey(DIGEST)).isNotDone();
        assertThat(pending.asked).hasSize(3);
        assertThat(first).isCompletedWithValue(Optional.empty());
        assertThat(second).isCompletedExceptionally();
    }

    @Test
    void findKey_anotherIndexWithTheSameBudget_countsAsWell() {
        var first = index.findKey(DIGEST);
        var second = new BoundedKeyIndex(pending, budget).findKey(DIGEST);

        assertThat(budget.underWay()).isEqualTo(2);
        assertThat(index.findKey(DIGEST)).isCompletedExceptionally();
        assertThat(first).isNotDone();
        assertThat(second).isNotDone();
    }

    @Test
    void findKey_thatCouldNotEvenBegin_failsAndTakesNoPlace() {
        pending.fault = new StackOverflowError("a fault that a test made");
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(index.findKey(DIGEST)::join).cause().isSameAs(pending.fault);
        }
        pending.fault = null;

        assertThat(budget.underWay()).isZero();
        assertThat(index.findKey(DIGEST)).isNotDone();
    }

    private static final class Pending implements KeyIndex {
        private final List<CompletableFuture<Optional<KeyRecord>>> asked = new ArrayList<>();
        private Error fault;

        @Override
        public CompletableFuture<Optional<KeyRecord>> findKey(KeyDigest digest) {
            if (fault != null) {
                throw fault;
            }
            CompletableFuture<Optional<KeyRecord>> future = new CompletableFuture<>();
            asked.add(future);
            return future;
        }

        @Override
        public CompletableFuture<Optional<WorkspaceRecord>> findWorkspace(String id) {
            return new CompletableFuture<>();
        }
    }
}
