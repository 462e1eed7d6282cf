package dev.latchkey.e2e.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.soak.HistoryChecker.Verdict;
import dev.latchkey.e2e.soak.Operation.Kind;
import dev.latchkey.e2e.soak.Operation.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Histories made by hand, times in milliseconds; the lease is two seconds. */
class HistoryCheckerTest {
    private final List<Operation> history = new ArrayList<>();

    @Test
    void allow_beforeTheLeaseAfterARevoke_isFineAndMeasured() {
        create("k", 0);
        change(Kind.REVOKE, "k", 100, 110, Outcome.OK);
        check("k", 2109, 2200, Outcome.ALLOWED);

        assertThat(verdict().violations()).isEmpty();
        assertThat(verdict().worstMillis()).isEqualTo(1999);
        assertThat(verdict().worstHealthyMillis()).isEqualTo(1999);
    }

    @Test
    void allow_laterThanTheLeaseAfterARevoke_isStale() {
        create("k", 0);
        change(Kind.REVOKE, "k", 100, 110, Outcome.OK);
        check("k", 2111, 2112, Outcome.ALLOWED);

        assertViolated("REVOKE was answered 2001.0 ms before");
    }

    @Test
    void allow_whileSomethingIsBroken_isNoLessStale() {
        create("k", 0);
        change(Kind.REVOKE, "k", 100, 110, Outcome.OK);
        fault("sidecar-1", 90, 9000);
        check("k", 3000, 3001, Outcome.ALLOWED);

        assertViolated("REVOKE was answered");
        assertThat(verdict().worstHealthyMillis()).isZero();
    }

    @Test
    void allow_ofACheckThatStartedBeforeTheRevoke_isFineHoweverLateItComes() {
        create("k", 0);
        change(Kind.REVOKE, "k", 100, 110, Outcome.OK);
        check("k", 105, 9000, Outcome.ALLOWED);

        assertThat(verdict().violations()).isEmpty();
        assertThat(verdict().worstMillis()).isZero();
    }

    @Test
    void revoke_ofUnknownOutcome_permitsAllowAndDeny() {
        create("k", 0);
        change(Kind.REVOKE, "k", 100, 110, Outcome.INFO);
        check("k", 9000, 9001, Outcome.ALLOWED);
        check("k", 9002, 9003, Outcome.DENIED);

        assertThat(verdict().violations()).isEmpty();
    }

    @Test
    void revoke_refused_permitsNoDeny() {
        create("k", 0);
        change(Kind.REVOKE, "k", 100, 110, Outcome.FAIL);
        check("k", 9002, 9003, Outcome.DENIED);

        assertViolated("nothing is wrong with the key");
    }

    @Test
    void deny_ofAGoodKey_isWrongAlsoWhileSomethingIsBroken() {
        create("k", 0);
        fault("redis", 90, 9000);
        check("k", 100, 101, Outcome.DENIED);

        assertViolated("nothing is wrong with the key");
    }

    @Test
    void deny_duringARevoke_isFine() {
        create("k", 0);
        check("k", 90, 101, Outcome.DENIED);
        change(Kind.REVOKE, "k", 100, 110, Outcome.OK);

        assertThat(verdict().violations()).isEmpty();
    }

    @Test
    void deny_beforeARevoke_isWrong() {
        create("k", 0);
        check("k", 90, 99, Outcome.DENIED);
        change(Kind.REVOKE, "k", 100, 110, Outcome.OK);

        assertViolated("nothing is wrong with the key");
    }

    @Test
    void allow_ofAKeyThatWasNeverMade_isWrong() {
        check("never", 1, 2, Outcome.DENIED);
        assertThat(verdict().violations()).isEmpty();

        check("never", 3, 4, Outcome.ALLOWED);
        assertViolated("never made");
    }

    @Test
    void allow_afterTheKeysEnd_isWrong() {
        create("k", 0);
        history.add(new Operation(Kind.EXPIRE, "k", "", millis(500), millis(500), Outcome.OK, ""));
        check("k", 540, 541, Outcome.ALLOWED);
        check("k", 460, 470, Outcome.DENIED);
        assertThat(verdict().violations()).isEmpty();

        check("k", 551, 552, Outcome.ALLOWED);
        assertViolated("had expired");
    }

    @Test
    void allow_laterThanTheLeaseAfterADeactivation_isStale() {
        create("k", 0);
        change(Kind.DEACTIVATE, "ws", 100, 110, Outcome.OK);
        check("k", 2111, 2112, Outcome.ALLOWED);

        assertViolated("DEACTIVATE was answered");
    }

    @Test
    void allow_onceTheWorkspaceMayBeActiveAgain_isFine() {
        create("k", 0);
        change(Kind.DEACTIVATE, "ws", 100, 110, Outcome.OK);
        check("k", 4999, 5001, Outcome.ALLOWED);
        change(Kind.ACTIVATE, "ws", 5000, 9000, Outcome.INFO);

        assertThat(verdict().violations()).isEmpty();
    }

    @Test
    void allow_afterADeactivationThatCameLast_isStaleAgain() {
        create("k", 0);
        change(Kind.DEACTIVATE, "ws", 100, 110, Outcome.OK);
        change(Kind.ACTIVATE, "ws", 200, 210, Outcome.OK);
        change(Kind.DEACTIVATE, "ws", 300, 310, Outcome.OK);
        check("k", 9000, 9001, Outcome.ALLOWED);

        assertViolated("DEACTIVATE was answered 8690.0 ms before");
    }

    @Test
    void deny_laterThanTheLeaseAfterAnActivation_isWrong() {
        create("k", 0);
        change(Kind.DEACTIVATE, "ws", 100, 110, Outcome.OK);
        change(Kind.ACTIVATE, "ws", 200, 210, Outcome.OK);
        check("k", 2209, 2300, Outcome.DENIED);
        assertThat(verdict().violations()).isEmpty();

        check("k", 2211, 2212, Outcome.DENIED);
        assertViolated("nothing is wrong with the key");
    }

    @Test
    void loss_ofEverything_deniesForEverAndIsNoLongerAllowedThanARevokedKey() {
        create("k", 0);
        change(Kind.LOSS, "redis", 100, 110, Outcome.OK);
        create("later", 200);
        check("k", 9000, 9001, Outcome.DENIED);
        check("k", 2000, 2001, Outcome.ALLOWED);
        check("later", 9000, 9001, Outcome.ALLOWED);
        assertThat(verdict().violations()).isEmpty();

        check("later", 9000, 9001, Outcome.DENIED);
        check("k", 2111, 2112, Outcome.ALLOWED);
        assertThat(verdict().violations()).hasSize(2);
    }

    @Test
    void lossOfTheIndex_deniesUntilItIsBack() {
        create("k", 0);
        change(Kind.INDEX_LOSS, "redis", 100, 1000, Outcome.OK);
        check("k", 2999, 3001, Outcome.DENIED);
        check("k", 2999, 3001, Outcome.ALLOWED);
        assertThat(verdict().violations()).isEmpty();

        check("k", 3001, 3002, Outcome.DENIED);
        assertViolated("nothing is wrong with the key");
    }

    @Test
    void noAnswer_isExcusedByAFaultOfWhoWasAskedOnly() {
        create("k", 0);
        fault("sidecar-1", 100, 200);
        fault("redis", 300, 400);
        check("k", "sidecar-1", 199, 250, Outcome.INFO);
        check("k", "envoy", 199, 250, Outcome.INFO);
        assertThat(verdict().violations()).isEmpty();

        check("k", "sidecar-2", 199, 250, Outcome.INFO);
        check("k", "sidecar-1", 201, 250, Outcome.INFO);
        check("k", "envoy", 301, 302, Outcome.INFO);
        assertThat(verdict().violations()).hasSize(3);
    }

    @Test
    void ownUnavailable_isFineAndCountedOutsideFaults() {
        create("k", 0);
        fault("redis", 100, 200);
        check("k", 150, 160, Outcome.UNAVAILABLE);
        check("k", 250, 260, Outcome.UNAVAILABLE);

        assertThat(verdict().violations()).isEmpty();
        assertThat(verdict().unavailableOutside()).isEqualTo(1);
        assertThat(verdict().count(Kind.CHECK, Outcome.UNAVAILABLE)).isEqualTo(2);
    }

    @Test
    void anyOtherAnswer_isWrongWhateverIsBroken() {
        create("k", 0);
        fault("sidecar-1", 100, 200);
        check("k", 150, 160, Outcome.WRONG);

        assertViolated("no answer that is known");
    }

    @Test
    void clockAhead_endsKeysEarlyByAsMuchWhereItIsAskedAndOnlyThere() {
        create("k", 0);
        expire("k", 8000);
        clock("sidecar-1", "PT5S", 1000, 9000);
        check("k", "sidecar-1", 3000, 3001, Outcome.DENIED);
        check("k", "envoy", 3000, 3001, Outcome.DENIED);
        check("k", "sidecar-1", 8040, 8041, Outcome.ALLOWED);
        assertThat(verdict().violations()).isEmpty();

        check("k", "sidecar-1", 2900, 2940, Outcome.DENIED);
        check("k", "sidecar-2", 3000, 3001, Outcome.DENIED);
        check("k", "sidecar-1", 8051, 8052, Outcome.ALLOWED);
        assertThat(verdict().violations()).hasSize(3);
    }

    @Test
    void clockOfRedisAhead_endsKeysEarlyEverywhereUntilAllAgreeAgain() {
        create("k", 0);
        expire("k", 8000);
        clock("redis", "PT1H", 1000, 2000);
        check("k", "sidecar-2", 1500, 1501, Outcome.DENIED);
        check("k", "sidecar-2", 999, 1000, Outcome.ALLOWED);
        assertThat(verdict().violations()).isEmpty();

        check("k", "sidecar-2", 2000, 2001, Outcome.DENIED);
        assertViolated("nothing is wrong with the key");
    }

    @Test
    void clockBehind_letsNoKeyLiveLongerThanRedisTakesToTellTheTime() {
        create("k", 0);
        expire("k", 500);
        clock("sidecar-1", "PT-1H", 100, 9000);
        check("k", "sidecar-1", 790, 791, Outcome.ALLOWED);
        assertThat(verdict().violations()).isEmpty();

        check("k", "sidecar-1", 801, 802, Outcome.ALLOWED);
        check("k", "sidecar-2", 790, 791, Outcome.ALLOWED);
        check("k", "sidecar-1", 300, 301, Outcome.DENIED);
        assertThat(verdict().violations()).hasSize(3);
    }

    @Test
    void clock_ofWhatever_excusesNoStaleAllowAndNoMissingAnswer() {
        create("k", 0);
        change(Kind.REVOKE, "k", 100, 110, Outcome.OK);
        clock("sidecar-1", "PT-1H", 90, 9000);
        clock("redis", "PT-1H", 90, 9000);
        clock("control", "PT-1H", 90, 9000);
        check("k", 2111, 2112, Outcome.ALLOWED);
        check("k", 2111, 2112, Outcome.INFO);

        assertThat(verdict().violations()).hasSize(2);
    }

    @Test
    void probes_withoutAnAnswerOrLateThreeTimesInARow_areWrong() {
        probes("sidecar-1", Outcome.INFO, Outcome.INFO, Outcome.OK, Outcome.INFO, Outcome.INFO);
        probes("control", Outcome.INFO);
        assertThat(verdict().violations()).isEmpty();

        probes("sidecar-1", Outcome.INFO);
        probes("control", Outcome.WRONG);
        assertThat(verdict().violations()).hasSize(2);
    }

    private void probes(String port, Outcome... outcomes) {
        for (Outcome outcome : outcomes) {
            change(Kind.PROBE, port, 0, 1, outcome);
        }
    }

    private void expire(String key, long at) {
        change(Kind.EXPIRE, key, at, at, Outcome.OK);
    }

    private void clock(String target, String step, long invoked, long ended) {
        history.add(new Operation(Kind.CLOCK, target, step, millis(invoked), millis(ended), Outcome.OK, ""));
    }

    private void create(String key, long at) {
        history.add(new Operation(Kind.CREATE, key, "ws", millis(at), millis(at + 1), Outcome.OK, ""));
    }

    private void change(Kind kind, String subject, long invoked, long ended, Outcome outcome) {
        history.add(new Operation(kind, subject, "", millis(invoked), millis(ended), outcome, ""));
    }

    private void fault(String target, long invoked, long ended) {
        change(Kind.FAULT, target, invoked, ended, Outcome.OK);
    }

    private void check(String key, long invoked, long ended, Outcome outcome) {
        check(key, "sidecar-1", invoked, ended, outcome);
    }

    private void check(String key, String via, long invoked, long ended, Outcome outcome) {
        history.add(new Operation(Kind.CHECK, key, via, millis(invoked), millis(ended), outcome, ""));
    }

    private Verdict verdict() {
        return HistoryChecker.judge(history, Duration.ofSeconds(2));
    }

    private void assertViolated(String why) {
        assertThat(verdict().violations()).singleElement().asString().contains(why);
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
