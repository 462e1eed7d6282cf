package dev.latchkey.control.imports;

import dev.latchkey.control.directory.KeyDirectory;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.imports.ImportRules.Sound;
import dev.latchkey.control.imports.IntakeItem.Outcome;
import dev.latchkey.control.keys.KeyManager;
import dev.latchkey.control.keys.Mint;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.Room;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.control.time.RedisClock;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.PresentedKey;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The import of keys that exist elsewhere. Each key is judged separately. A key that already exists stays as it is,
 * even if it is revoked. A call can therefore be repeated, whatever its outcome was.
 *
 * <p>Methods throw as those of {@link KeyManager} do; no message contains a secret. This class is thread-safe.
 * Concurrent use by several control planes is safe too.
 */
public final class KeyImport {
    /** The maximum number of keys in one call. */
    static final int MAX_KEYS = 500;

    private static final int MAX_CALLS = 8;
    /** The command-line client has two calls in flight. */
    private static final int MAX_CALLS_PER_CALLER = 3;

    private static final Logger log = LoggerFactory.getLogger(KeyImport.class);

    private final KeyIntake intake;
    private final KeyDirectory directory;
    private final Mint mint;
    private final ImportRules rules;
    private final RateLimit pace;
    private final Clock clock;
    private final ImportPlaces places = new ImportPlaces(MAX_CALLS, MAX_CALLS_PER_CALLER);

    /** @param pace the common rate limit of all imports */
    public KeyImport(KeyIntake intake, Ledger ledger, Mint mint, ImportRules rules, RateLimit pace, Clock clock) {
        this.intake = intake;
        this.directory = new KeyDirectory(ledger, clock);
        this.mint = mint;
        this.rules = rules;
        this.pace = pace;
        this.clock = clock;
    }

    /**
     * One key of a request: either its intake item or the reasons for its refusal.
     *
     * @param again whether the same key occurs earlier in the request
     */
    private record Line(Optional<IntakeItem> item, boolean again, List<Violation> violations) {}

    /**
     * Imports every key of {@code wanted} that passes validation.
     *
     * @param scopes the scopes for keys that bring none of their own
     * @return the result of each key, in the order of {@code wanted}
     * @throws RefusedException with {@code UNAVAILABLE}, or with {@code FULL} at the memory limit, if Redis fails
     *     during the import; the message says how far the import came
     */
    public List<ImportedKey> importKeys(
            Caller caller, String workspace, List<KeyToImport> wanted, List<String> scopes) {
        Violations violations = new Violations();
        rules.check(workspace, wanted.size(), scopes, violations);
        violations.requestId(caller.requestId());
        violations.throwIfAny();
        Room room = directory.room(workspace);
        mint.requireNewestPepper();
        enter(caller.name());
        try {
            pace.await(wanted.size());
            return run(caller, room, wanted, scopes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(
                    Kind.UNAVAILABLE, "nothing was imported: the control plane stops; repeat the call");
        } finally {
            places.leave(caller.name());
        }
    }

    private void enter(String caller) {
        ImportPlaces.Outcome outcome = places.enter(caller);
        if (outcome != ImportPlaces.Outcome.TAKEN) {
            String whose =
                    outcome == ImportPlaces.Outcome.FULL ? MAX_CALLS + " imports" : MAX_CALLS_PER_CALLER + " of yours";
            throw new RefusedException(
                    Kind.UNAVAILABLE,
                    "nothing was imported: " + whose + " are under way; repeat the call when one has ended");
        }
    }

    private List<ImportedKey> run(Caller caller, Room room, List<KeyToImport> wanted, List<String> scopes) {
        String workspace = room.workspace().entry().workspace();
        boolean endless = wanted.stream().allMatch(key -> key.expiry() == Expiry.Never.NEVER);
        long now = endless ? clock.millis() : RedisClock.millisForEnds(clock);
        Map<KeyDigest, IntakeItem> items = new LinkedHashMap<>();
        List<Line> lines =
                wanted.stream().map(key -> judge(room, key, scopes, now, items)).toList();
        intake.take(room, items.values(), new Audit(caller, "key.import", "", now));
        log.info("key.import {} keys of {} by {}", count(items.values(), Outcome.IMPORTED), workspace, caller.name());
        requireAllFinished(items.values());
        Map<ManagedKey, KeyView> views = views(workspace, items.values());
        return lines.stream().map(line -> result(line, views)).toList();
    }

    private Line judge(Room room, KeyToImport wanted, List<String> scopes, long now, Map<KeyDigest, IntakeItem> items) {
        Violations violations = new Violations();
        Optional<Sound> sound = rules.check(wanted, scopes, now, violations);
        if (sound.isEmpty()) {
            return new Line(Optional.empty(), false, violations.all());
        }
        PresentedKey secret = sound.get().secret();
        ManagedKey key = mint.key(secret, room, sound.get().name(), sound.get().terms(), ManagedKey.Links.NONE, now);
        IntakeItem item = new IntakeItem(key, mint.digests(secret), mint.claims(secret));
        IntakeItem before = items.putIfAbsent(key.digest(), item);
        return new Line(Optional.of(before == null ? item : before), before != null, List.of());
    }

    private static void requireAllFinished(Collection<IntakeItem> items) {
        long undone = count(items, Outcome.UNDONE);
        long recorded = count(items, Outcome.RECORDED);
        if (undone + recorded > 0) {
            List<StoreException> failures =
                    items.stream().flatMap(item -> item.failure().stream()).toList();
            String cause =
                    failures.stream().map(StoreException::trouble).findFirst().orElse("");
            boolean full = failures.stream().anyMatch(failure -> failure.fault() == StoreException.Fault.FULL);
            throw new RefusedException(
                    full ? Kind.FULL : Kind.UNAVAILABLE,
                    "the import stopped in the middle: of " + items.size() + " keys " + count(items, Outcome.IMPORTED)
                            + " are imported, " + recorded + " recorded, which will work as soon as Redis allows, and "
                            + undone + " not imported as far as is known; repeat the call, it doubles nothing. Cause: "
                            + cause);
        }
    }

    /**
     * Returns views of the keys that existed before. New keys need no lookup, because they cannot have been used yet.
     */
    private Map<ManagedKey, KeyView> views(String workspace, Collection<IntakeItem> items) {
        List<ManagedKey> before = items.stream()
                .filter(item -> item.outcome() == Outcome.EXISTED)
                .flatMap(item -> item.result().stream())
                .toList();
        return directory.views(workspace, before).stream().collect(Collectors.toMap(KeyView::key, view -> view));
    }

    private ImportedKey result(Line line, Map<ManagedKey, KeyView> views) {
        if (line.item().isEmpty()) {
            return ImportedKey.refused(line.violations());
        }
        IntakeItem item = line.item().get();
        Optional<KeyView> view = item.result()
                .map(key -> views.getOrDefault(key, KeyView.of(key, OptionalLong.empty(), clock.millis())));
        return switch (item.outcome()) {
            case IMPORTED ->
                new ImportedKey(
                        line.again() ? ImportedKey.Outcome.EXISTED : ImportedKey.Outcome.IMPORTED, view, List.of());
            case EXISTED -> new ImportedKey(ImportedKey.Outcome.EXISTED, view, List.of());
            case CLAIMED -> ImportedKey.refused(List.of(ImportRules.CLAIMED));
            case ENDED -> ImportedKey.refused(List.of(ImportRules.ENDED));
            case FULL -> ImportedKey.refused(List.of(ImportRules.FULL));
            case CONFLICT ->
                ImportedKey.refused(List.of(
                        ImportRules.conflict(item.result().map(ManagedKey::id).orElse(""))));
            case OPEN, RECORDED, UNDONE -> throw new IllegalStateException("not finished: " + item.outcome());
        };
    }

    private static long count(Collection<IntakeItem> items, Outcome outcome) {
        return items.stream().filter(item -> item.outcome() == outcome).count();
    }
}
