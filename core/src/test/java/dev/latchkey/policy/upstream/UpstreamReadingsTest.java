package dev.latchkey.policy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.policy.Policy;
import dev.latchkey.policy.Route;
import dev.latchkey.policy.path.CanonicalPath;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever the upstream makes of a path, nobody passes by one rule who could not pass by the rule that is for what the
 * upstream makes of it. The number of paths is {@code -Dlatchkey.paths}.
 */
class UpstreamReadingsTest {
    private static final int PATHS = Integer.getInteger("latchkey.paths", 60_000);
    private static final int PATHS_EACH = 40;
    private static final long FIXED_SEED = 19;

    /** Of each reading under which somebody else is let in, the first case. */
    private final Map<UpstreamReading, String> wider = new EnumMap<>(UpstreamReading.class);

    private int allowed;
    private int canonical;

    @Test
    void match_anyReadingOfThePath_admitsNobodyElse() {
        long seed = Long.getLong("latchkey.seed", new Random().nextLong());
        System.out.println("UpstreamReadingsTest: -Dlatchkey.seed=" + seed);

        run(FIXED_SEED, PATHS / 2, UpstreamReadingsTest::guarded);
        run(seed, PATHS / 2, UpstreamReadingsTest::guarded);

        assertThat(wider).isEmpty();
        // Not because nothing passes.
        assertThat(canonical).isGreaterThan(PATHS / 4);
        assertThat(allowed).isGreaterThan(canonical / 4);
        System.out.println(
                "UpstreamReadingsTest: " + PATHS + " paths, " + canonical + " canonical, " + allowed + " allowed");
    }

    @Test
    void match_withoutTheGuard_isOpenedByReadingsThatACanonicalPathStillHas() {
        run(FIXED_SEED, 60_000, UpstreamReadingsTest::unguarded);

        assertThat(wider.keySet())
                .contains(
                        UpstreamReading.CASE_IGNORED,
                        UpstreamReading.FINAL_SLASH_DROPPED,
                        UpstreamReading.FINAL_SLASH_ADDED,
                        UpstreamReading.FORMAT_DROPPED,
                        UpstreamReading.EVERY_SUFFIX_DROPPED,
                        UpstreamReading.FINAL_DOTS_DROPPED,
                        UpstreamReading.FINAL_BLANKS_DROPPED,
                        UpstreamReading.ENDS_OF_SEGMENTS_DROPPED,
                        UpstreamReading.SEGMENTS_TRIMMED,
                        UpstreamReading.COMPATIBLE_FORM,
                        UpstreamReading.COMPATIBLE_FORM_THEN_RESOLVED,
                        UpstreamReading.CUT_AT_COMMA,
                        UpstreamReading.VERB_DROPPED,
                        UpstreamReading.CASE_AND_FINAL_SLASH_IGNORED,
                        UpstreamReading.CASE_FORMAT_AND_FINAL_SLASH_IGNORED);
    }

    @Test
    void match_ofPathsThatAreNotCanonical_wouldBeOpenedByEveryOtherReading() {
        run(FIXED_SEED, 120_000, UpstreamReadingsTest::naive);

        assertThat(wider.keySet()).contains(UpstreamReading.values()).hasSize(UpstreamReading.values().length);
    }

    /** Decides one path; the rule that lets it pass, as the policy has it, or null. */
    private interface Gate {
        Meaning.Rule pass(Case one);
    }

    private record Case(
            RandomPolicy random, Policy guarded, Policy unguarded, Meaning meaning, String method, String path) {}

    private static Meaning.Rule guarded(Case one) {
        return rule(one, one.guarded);
    }

    private static Meaning.Rule unguarded(Case one) {
        return rule(one, one.unguarded);
    }

    private static Meaning.Rule rule(Case one, Policy policy) {
        CanonicalPath path = CanonicalPath.parse(one.path);
        Route route = path == null ? null : policy.match("a.example", one.method, path);
        return route == null ? null : of(one.random, route);
    }

    private static Meaning.Rule of(RandomPolicy random, Route route) {
        return random.rules().stream()
                .filter(rule -> (rule.method() + " " + rule.template()).equals(route.rule()))
                .findFirst()
                .orElseThrow();
    }

    /** As if a path were matched as it is sent, whatever stands in it. */
    private static Meaning.Rule naive(Case one) {
        List<Meaning.Verdict> verdicts = one.meaning.of(one.method, one.path, /* caseMatters= */ true);
        return verdicts.isEmpty() ? null : verdicts.get(0).rule();
    }

    private void run(long seed, int paths, Gate gate) {
        Random random = new Random(seed);
        for (int i = 0; i < paths / PATHS_EACH; i++) {
            RandomPolicy policy = new RandomPolicy(random);
            Policy guarded = policy.policy(/* exact= */ false);
            Policy unguarded = policy.policy(/* exact= */ true);
            Meaning meaning = new Meaning(policy.rules());
            for (int j = 0; j < PATHS_EACH; j++) {
                String method = List.of("GET", "POST", "HEAD").get(random.nextInt(3));
                judge(new Case(policy, guarded, unguarded, meaning, method, policy.path()), gate);
            }
        }
    }

    private void judge(Case one, Gate gate) {
        canonical += CanonicalPath.parse(one.path) == null ? 0 : 1;
        Meaning.Rule rule = gate.pass(one);
        if (rule == null) {
            return;
        }
        allowed++;
        boolean meant = new Meaning.Verdict(rule.template(), rule).spellsOutTheEnd();
        for (UpstreamReading reading : UpstreamReading.values()) {
            for (Meaning.Verdict other : one.meaning.of(one.method, reading.of(one.path), reading.caseMatters())) {
                boolean judged = !reading.cutsSegment() || (!meant && other.spellsOutTheEnd());
                if (judged && (other.rule() == null || rule.admitsMoreThan(other.rule()))) {
                    wider.putIfAbsent(
                            reading,
                            one.method + " " + one.path + " passes by " + rule + ", for " + other + " of "
                                    + one.random.rules());
                }
            }
        }
    }
}
