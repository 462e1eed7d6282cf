package dev.latchkey.control.directory;

import dev.latchkey.control.ledger.Ledger;
import dev.latchkey.control.record.Audit;
import dev.latchkey.control.record.Caller;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.record.Room;
import dev.latchkey.control.record.Stored;
import dev.latchkey.control.redis.StoreException;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.RefusedException;
import dev.latchkey.control.rules.RefusedException.Kind;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.control.workspaces.WorkspaceManager;
import java.time.Clock;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A lookup of keys in the ledger and of their views for owners. It changes no key. This class is thread-safe. */
public final class KeyDirectory {
    private static final Logger log = LoggerFactory.getLogger(KeyDirectory.class);

    private final Ledger ledger;
    private final Clock clock;

    public KeyDirectory(Ledger ledger, Clock clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    /** Validates the syntax of {@code name} and adds any violation to {@code violations}. */
    public static void check(KeyName name, Violations violations) {
        violations.anyWorkspace("workspace", name.workspace());
        violations.keyId("id", name.id());
    }

    /**
     * Returns the id of the workspace that {@code name} refers to, looked up by key id if any workspace is meant.
     *
     * @throws RefusedException if there is no such key or workspace
     */
    public String workspaceOf(KeyName name) {
        if (name.workspace().equals(KeyName.ANY_WORKSPACE)) {
            return ledger.ownerOf(name.id()).orElseThrow(() -> unknown(name.id()));
        }
        return requireWorkspace(name.workspace()).workspace();
    }

    /**
     * Returns the workspace {@code id}.
     *
     * @throws RefusedException if there is no such workspace
     */
    public ManagedWorkspace requireWorkspace(String id) {
        return ledger.findWorkspace(id)
                .orElseThrow(() -> WorkspaceManager.unknown(id))
                .entry();
    }

    /**
     * Returns the workspace {@code id} in the form that the creation of a key needs.
     *
     * @throws RefusedException if there is no such workspace
     */
    public Room room(String id) {
        return ledger.room(id).orElseThrow(() -> WorkspaceManager.unknown(id));
    }

    /**
     * Returns the stored key {@code id} of {@code workspace}.
     *
     * @throws RefusedException if there is no such key
     */
    public Stored<ManagedKey> find(String workspace, String id) {
        return ledger.findKey(workspace, id).orElseThrow(() -> unknown(id));
    }

    public KeyView view(ManagedKey key) {
        return views(key.workspace(), List.of(key)).get(0);
    }

    /** Returns views of {@code keys}, which belong to {@code workspace}, in their current state. */
    public List<KeyView> views(String workspace, List<ManagedKey> keys) {
        if (keys.isEmpty()) {
            return List.of();
        }
        return views(workspace, generation(workspace), keys);
    }

    /** Returns views as {@link #views(String, List)} does, for a workspace that the caller has just read. */
    public List<KeyView> views(ManagedWorkspace workspace, List<ManagedKey> keys) {
        return views(workspace.workspace(), workspace.record().generation(), keys);
    }

    private List<KeyView> views(String workspace, long generation, List<ManagedKey> keys) {
        long now = clock.millis();
        List<String> ids = keys.stream().map(ManagedKey::id).toList();
        List<OptionalLong> used = lastUsed(workspace, ids);
        Set<String> unconfirmed = unconfirmed(workspace, ids);
        return IntStream.range(0, keys.size())
                .mapToObj(i -> KeyView.of(keys.get(i), used.get(i), now, generation)
                        .withAnswer(unconfirmed.contains(ids.get(i))))
                .toList();
    }

    /** Returns the oldest generation of keys of {@code workspace} that sidecars accept. */
    long generation(String workspace) {
        return ledger.findWorkspace(workspace)
                .map(found -> found.entry().record().generation())
                .orElse(0L);
    }

    /**
     * Returns a view of {@code key} for a caller that repeats the call which created it. The repeat suggests that the
     * response with the secret was lost. Every view of the key therefore shows the response as unconfirmed until the
     * first use of the key.
     */
    public KeyView doubted(ManagedKey key, Caller caller, long now) {
        KeyView view = view(key).withAnswer(true);
        if (view.answerUnconfirmed()) {
            try {
                ledger.answers()
                        .doubt(
                                key,
                                new Audit(caller, "key.unanswered", "its caller has asked again for the answer", now));
            } catch (StoreException e) {
                log.warn(
                        "that {} of {} was asked for again is not noted: {}",
                        key.id(),
                        key.workspace(),
                        e.getMessage());
            }
        }
        return view;
    }

    /**
     * Returns the last uses, or none if they cannot be read: the value is optional and written by others, so no call
     * fails for it.
     */
    private List<OptionalLong> lastUsed(String workspace, List<String> ids) {
        try {
            return ledger.lastUsed(workspace, ids);
        } catch (StoreException e) {
            log.warn("the last use of the keys of {} is left out: {}", workspace, e.getMessage());
            return ids.stream().map(id -> OptionalLong.empty()).toList();
        }
    }

    /** Returns the keys whose response is unconfirmed, or none if they cannot be read; see {@link #lastUsed}. */
    private Set<String> unconfirmed(String workspace, List<String> ids) {
        try {
            return ledger.answers().unconfirmed(workspace, ids);
        } catch (StoreException e) {
            log.warn("which keys of {} nobody may have is left out: {}", workspace, e.getMessage());
            return Set.of();
        }
    }

    private static RefusedException unknown(String id) {
        return new RefusedException(
                Kind.NOT_FOUND, "there is no key " + id + " here; list the workspace's keys for their ids");
    }
}
