package dev.latchkey.control;

import dev.latchkey.control.audit.AuditTrail;
import dev.latchkey.control.imports.ImportRules;
import dev.latchkey.control.imports.KeyImport;
import dev.latchkey.control.imports.KeyIntake;
import dev.latchkey.control.imports.RateLimit;
import dev.latchkey.control.index.Announcements;
import dev.latchkey.control.index.IndexWriter;
import dev.latchkey.control.index.Projector;
import dev.latchkey.control.keys.KeyManager;
import dev.latchkey.control.keys.Mint;
import dev.latchkey.control.ledger.History;
import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.listing.KeyListing;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.redis.RedisCalls;
import dev.latchkey.control.revocation.KeyPurge;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.FoundBefore;
import dev.latchkey.control.rules.NewKey;
import dev.latchkey.control.upkeep.AuditLimit;
import dev.latchkey.control.upkeep.Comparison;
import dev.latchkey.control.upkeep.Reconciler;
import dev.latchkey.control.upkeep.Retention;
import dev.latchkey.control.upkeep.Sweep;
import dev.latchkey.control.workspaces.WorkspaceManager;
import dev.latchkey.index.IndexSchema;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.redis.RedisKeyIndex;
import dev.latchkey.redis.RedisLink;
import dev.latchkey.redis.RedisResources;
import io.lettuce.core.RedisURI;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/**
 * The control plane's parts on a real Redis, without its port and its background tasks: tests take each step
 * themselves.
 */
public final class TestControl implements AutoCloseable {
    public static final String PEPPER_1 = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    public static final String PEPPER_2 = "2:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    public static final List<String> SCOPES = List.of("cases:read", "cases:write", "parties:read");

    public final IndexSchema schema = new IndexSchema("latchkey:");
    public final FakeClock clock = new FakeClock();
    public final AtomicLong nanos = new AtomicLong();
    /** How often Redis was asked something, a batch counting as once. */
    public final AtomicInteger roundTrips = new AtomicInteger();

    public final Peppers peppers;
    public final RedisCalls redis;
    public final Ledger ledger;
    public final IndexWriter index;
    public final Projector projector;
    public final Reconciler reconciler;
    public final Comparison comparison;
    public final Sweep sweep;
    public final SimpleMeterRegistry sweepMetrics = new SimpleMeterRegistry();
    public final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    public final History history;
    public final Announcements announcements;
    public final KeyManager keys;
    public final KeyListing listing;
    public final WorkspaceManager workspaces;
    public final KeyPurge purge;

    private final Mint mint;
    private final RedisResources resources = new RedisResources();
    private final RedisLink link;

    public TestControl(String uri) {
        this(uri, PEPPER_1, new SecureRandom());
    }

    public TestControl(String uri, String peppers, SecureRandom random) {
        this(uri, peppers, random, Duration.ofMillis(500));
    }

    /** @param mostKeys that a workspace may hold */
    public TestControl(String uri, int mostKeys) {
        this(uri, PEPPER_1, new SecureRandom(), Duration.ofMillis(500), mostKeys);
    }

    /** @param timeout the most that one command may take */
    public TestControl(String uri, Duration timeout) {
        this(uri, PEPPER_1, new SecureRandom(), timeout);
    }

    private TestControl(String uri, String peppers, SecureRandom random, Duration timeout) {
        this(uri, peppers, random, timeout, Integer.MAX_VALUE);
    }

    private TestControl(String uri, String peppers, SecureRandom random, Duration timeout, int mostKeys) {
        this.peppers = Peppers.parse(peppers);
        link = new RedisLink(RedisURI.create(uri), timeout, resources.client());
        link.start();
        Awaitility.await().until(() -> link.problem().isEmpty());
        redis = new RedisCalls(link, schema, timeout.multipliedBy(2), () -> {
            roundTrips.incrementAndGet();
            FoundBefore.requireNone();
        });
        ledger = new Ledger(redis, schema, mostKeys);
        index = new IndexWriter(redis, schema, new SimpleMeterRegistry());
        projector = new Projector(ledger, index, clock);
        reconciler = new Reconciler(ledger, projector, redis, clock, new SimpleMeterRegistry());
        Retention retention = retention(new AuditLimit(redis, ledger, Integer.MAX_VALUE, metrics));
        comparison = new Comparison(ledger, projector, redis);
        sweep = new Sweep(comparison, retention, nanos::get, sweepMetrics);
        history = new History(redis, ledger, clock::millis, metrics);
        announcements = new Announcements(redis, schema, this.peppers, history);
        mint = new Mint(new KeyFormat("opt", false), this.peppers, random, index, announcements);
        keys = new KeyManager(ledger, projector, mint, SCOPES, clock);
        listing = new KeyListing(ledger, clock);
        workspaces = new WorkspaceManager(ledger, projector, clock);
        purge = new KeyPurge(ledger, retention, clock);
    }

    /**
     * Returns what takes away keys after 400 days, and entries of the audit trail after 1000 or beyond {@code limit}.
     */
    public Retention retention(AuditLimit limit) {
        return new Retention(
                ledger,
                index,
                projector,
                new AuditTrail(redis, schema),
                limit,
                Duration.ofDays(400),
                Duration.ofDays(1000),
                clock::millis);
    }

    /** Returns a way to import keys at any pace. */
    public KeyImport imports(boolean acceptImported) {
        return new KeyImport(
                new KeyIntake(redis, ledger, index),
                ledger,
                mint,
                new ImportRules(SCOPES, "opt", acceptImported),
                new RateLimit(Integer.MAX_VALUE),
                clock);
    }

    public static NewKey newKey(String workspace) {
        return new NewKey(workspace, "CRM Integration", "live", List.of("cases:read"), Expiry.Never.NEVER);
    }

    /** Returns what a sidecar reads of a key; asks Redis itself. */
    public Optional<KeyRecord> indexed(ManagedKey key) {
        return indexed(key.digest());
    }

    public Optional<KeyRecord> indexed(KeyDigest digest) {
        return new RedisKeyIndex(link, schema).findKey(digest).join();
    }

    /** Returns what a sidecar reads of a workspace; asks Redis itself. */
    public Optional<WorkspaceRecord> indexed(String workspace) {
        return new RedisKeyIndex(link, schema).findWorkspace(workspace).join();
    }

    @Override
    public void close() {
        link.close();
        resources.close();
    }
}
