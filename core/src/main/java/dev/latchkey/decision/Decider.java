package dev.latchkey.decision;

import dev.latchkey.index.IndexException;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.policy.Policy;
import dev.latchkey.policy.Route;
import dev.latchkey.policy.RouteEnvironment;
import dev.latchkey.policy.path.Methods;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The decision procedure for requests. Every request passes through the checks below, which read records and never an
 * earlier decision. A check that fails denies the request. The order is:
 *
 * <ol>
 *   <li>The route configuration is sound, and its policy exists.
 *   <li>Path and method are in canonical form.
 *   <li>A request that matches a public rule is allowed without further checks, and so is a CORS preflight if
 *       the policy allows preflights.
 *   <li>The request has a credential in the form of a key.
 *   <li>The key is known, not revoked and not expired, and its environment is accepted.
 *   <li>The workspace exists, the key was not revoked together with all keys of the workspace, and
 *       the workspace is active.
 *   <li>A rule exists for the method and path. {@link Reason#NO_RULE} is therefore given only for a key that has
 *       passed all earlier checks.
 *   <li>The key has the scopes that the rule requires.
 * </ol>
 *
 * <p>The future that {@link #decide} returns is never null, never fails and never holds null: a fault becomes a
 * {@link Decision.Deny}. The future is already complete on return if the decision did not have to wait for anything.
 *
 * <p>This class is thread-safe, takes no lock and does not block.
 */
public final class Decider {
    private static final Logger log = LoggerFactory.getLogger(Decider.class);

    /**
     * The maximum number of attempts to decide one request. An attempt is repeated if the cache was lost while the
     * attempt read records, which happens several times in a row only in a system that is down.
     */
    private static final int MAX_ATTEMPTS = 3;

    private final Policies policies;
    private final Peppers peppers;
    private final KeyIndex index;
    private final LongSupplier now;
    private final FaultLog faults = new FaultLog(log, "a check failed inside", System::nanoTime);

    /** @param now returns the current time in epoch milliseconds, for expiry */
    public Decider(Policies policies, Peppers peppers, KeyIndex index, LongSupplier now) {
        this.policies = policies;
        this.peppers = peppers;
        this.index = index;
        this.now = now;
    }

    /** Decides a request. See the class comment for the guarantees of the returned future. */
    public CompletableFuture<Decision> decide(AccessRequest request) {
        try {
            return judge(request);
        } catch (Throwable t) {
            return done(fault(t, null));
        }
    }

    private CompletableFuture<Decision> judge(AccessRequest request) {
        Policy policy = policies.find(request.routeConfig().policy());
        if (!request.routeConfig().sound() || policy == null) {
            return done(Decision.Deny.of(Reason.BAD_ROUTE_CONFIG));
        }
        if (request.path() == null) {
            return done(Decision.Deny.of(Reason.PATH_NOT_CANONICAL));
        }
        if (!Methods.isCanonical(request.method())) {
            return done(Decision.Deny.of(Reason.METHOD_NOT_CANONICAL));
        }
        Route route = policy.match(request.authority(), request.method(), request.path());
        if (route != null && route.isPublic()) {
            return done(new Decision.Allow(Reason.PUBLIC, route, null));
        }
        if (request.preflight() && policy.preflight() && policy.servesHost(request.authority())) {
            return done(new Decision.Allow(Reason.PREFLIGHT, route, null));
        }
        if (!(request.credential() instanceof Credential.Presented presented)) {
            return done(new Decision.Deny(reasonFor(request.credential()), route, null));
        }
        Question question = new Question(presented.key(), request.routeConfig().environment(), route);
        // The stamp is taken before the first read, so that a loss of the cache during the reads is noticed.
        return judgeKey(question, index.stamp(), MAX_ATTEMPTS);
    }

    /** The inputs for the checks that remain once the rule is known. */
    private record Question(
            PresentedKey presented,
            @Nullable Environment served,
            @Nullable Route route) {}

    private static Reason reasonFor(Credential unusable) {
        if (unusable == Credential.Absent.NO_HEADER) {
            return Reason.NO_CREDENTIAL;
        }
        return unusable == Credential.Malformed.BAD_CHECKSUM ? Reason.BAD_CHECKSUM : Reason.MALFORMED_CREDENTIAL;
    }

    private CompletableFuture<Decision> judgeKey(Question question, long stamp, int attempts) {
        Route route = question.route;
        try {
            CompletableFuture<Decision> decision = judgeFound(question, stamp, attempts);
            return isThere(decision) ? decision : decision.exceptionally(failure -> fault(failure, route));
        } catch (Throwable t) {
            return done(fault(t, route));
        }
    }

    private CompletableFuture<Decision> judgeFound(Question question, long stamp, int attempts) {
        Route route = question.route;
        return then(find(peppers.all(question.presented)), found -> {
            if (found.isEmpty()) {
                return done(new Decision.Deny(Reason.UNKNOWN_KEY, route, null));
            }
            KeyRecord key = found.get();
            Reason refused = refusal(key, question);
            if (refused != null) {
                return done(new Decision.Deny(refused, route, key));
            }
            return then(
                    index.findWorkspace(key.workspace()),
                    workspace -> confirmed(judgeScope(key, workspace, route), question, stamp, attempts));
        });
    }

    /** Like {@code first.thenCompose(next)}, but adds no stage if {@code first} has already completed normally. */
    private static <A, B> CompletableFuture<B> then(
            CompletableFuture<A> first, Function<A, CompletableFuture<B>> next) {
        return isThere(first) ? next.apply(first.join()) : first.thenCompose(next);
    }

    private static boolean isThere(CompletableFuture<?> future) {
        return future.isDone() && !future.isCompletedExceptionally();
    }

    /**
     * Returns {@code decision} if it is a denial, or if the state from which it was read can still be relied on.
     * Otherwise decides again, and denies the request after the last attempt.
     */
    private CompletableFuture<Decision> confirmed(Decision decision, Question question, long stamp, int attempts) {
        long now = index.stamp();
        if (decision instanceof Decision.Deny || now == stamp) {
            return done(decision);
        }
        return attempts > 1
                ? judgeKey(question, now, attempts - 1)
                : done(new Decision.Deny(Reason.STORE_UNAVAILABLE, question.route, null));
    }

    /** Returns the reason to refuse the key regardless of its workspace and scopes, or null if there is none. */
    private @Nullable Reason refusal(KeyRecord key, Question question) {
        // The environment is part of the key itself, so a record with a different environment is corrupt.
        if (key.environment() != question.presented.environment()) {
            return Reason.BAD_RECORD;
        }
        if (key.revoked()) {
            return Reason.REVOKED_KEY;
        }
        if (key.expired(now.getAsLong())) {
            return Reason.EXPIRED_KEY;
        }
        return accepts(key.environment(), question.served, question.route) ? null : Reason.WRONG_ENVIRONMENT;
    }

    /**
     * Returns whether both the Envoy route and the rule accept the environment. If neither specifies an environment, a
     * rule accepts only live keys.
     */
    private static boolean accepts(Environment environment, @Nullable Environment served, @Nullable Route route) {
        if (served != null && served != environment) {
            return false;
        }
        if (route == null) {
            return true;
        }
        RouteEnvironment ruled = route.environment();
        if (ruled == null) {
            return served != null || environment == Environment.LIVE;
        }
        return ruled.accepts(environment);
    }

    private static Decision judgeScope(KeyRecord key, Optional<WorkspaceRecord> workspace, @Nullable Route route) {
        if (workspace.isEmpty()) {
            return new Decision.Deny(Reason.WORKSPACE_MISSING, route, key);
        }
        if (key.revokedWith(workspace.get())) {
            return new Decision.Deny(Reason.REVOKED_KEY, route, key);
        }
        if (!workspace.get().active()) {
            return new Decision.Deny(Reason.WORKSPACE_INACTIVE, route, key);
        }
        if (route == null) {
            return new Decision.Deny(Reason.NO_RULE, null, key);
        }
        if (!route.requirement().satisfiedBy(key.scopes())) {
            return new Decision.Deny(Reason.SCOPE_MISSING, route, key);
        }
        return new Decision.Allow(Reason.OK, route, key);
    }

    /**
     * Finds the record of the key under each pepper. If several records exist, a revoked record takes precedence, then
     * the record under the newest pepper.
     */
    private CompletableFuture<Optional<KeyRecord>> find(List<KeyDigest> digests) {
        CompletableFuture<Optional<KeyRecord>> found = index.findKey(digests.get(0));
        for (int older = 1; older < digests.size(); older++) {
            found = found.thenCombine(index.findKey(digests.get(older)), Decider::stricter);
        }
        return found;
    }

    private static Optional<KeyRecord> stricter(Optional<KeyRecord> newer, Optional<KeyRecord> older) {
        boolean olderWins = newer.isEmpty() || older.map(KeyRecord::revoked).orElse(false);
        return olderWins ? older : newer;
    }

    private Decision fault(Throwable failure, @Nullable Route route) {
        Throwable cause = IndexException.unwrap(failure);
        if (cause instanceof IndexException known) {
            Reason reason = switch (known.fault()) {
                case UNAVAILABLE -> Reason.STORE_UNAVAILABLE;
                case TIMEOUT -> Reason.STORE_TIMEOUT;
                case BAD_RECORD -> Reason.BAD_RECORD;
                case OVERLOADED -> Reason.OVERLOADED;
            };
            return new Decision.Deny(reason, route, null);
        }
        faults.report(cause);
        return new Decision.Deny(Reason.INTERNAL, route, null);
    }

    private static CompletableFuture<Decision> done(Decision decision) {
        return CompletableFuture.completedFuture(decision);
    }
}
