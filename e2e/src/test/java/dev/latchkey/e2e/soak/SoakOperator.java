package dev.latchkey.e2e.soak;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Timestamps;
import dev.latchkey.e2e.soak.History.Begun;
import dev.latchkey.e2e.soak.Operation.Kind;
import dev.latchkey.e2e.soak.Operation.Outcome;
import dev.latchkey.e2e.soak.SoakKeys.Named;
import dev.latchkey.v1.ActivateWorkspaceRequest;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.DeactivateWorkspaceRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Somebody who owns keys and changes one thing after the other: makes keys, some of which end by themselves, revokes
 * them, replaces one by another by hand, switches the workspace off and on. What may or may not have been done is asked
 * for again, or left for good.
 */
final class SoakOperator implements Runnable {
    private static final int KEYS = 10;
    /** The control plane refuses these before it changes anything. */
    private static final Set<Code> REFUSALS = Set.of(Code.NOT_FOUND, Code.INVALID_ARGUMENT, Code.ALREADY_EXISTS);

    private final SoakWorld world;
    private final History history;
    private final SoakKeys keys;
    private final Random random;
    private final String name;
    private final List<Named> good = new ArrayList<>();
    private final List<Named> toRevoke = new ArrayList<>();
    private int workspaces;
    private String workspace = "";
    private boolean active;

    SoakOperator(SoakWorld world, History history, SoakKeys keys, String name, long seed) {
        this.world = world;
        this.history = history;
        this.keys = keys;
        this.random = new Random(seed);
        this.name = name;
    }

    /** A call of the control plane. */
    @FunctionalInterface
    private interface Call {
        void run();
    }

    @Override
    public void run() {
        if (workspace.isEmpty()) {
            createWorkspace();
        } else if (!active) {
            activate();
        } else if (!toRevoke.isEmpty()) {
            revoke(toRevoke.get(0));
        } else if (good.size() < KEYS) {
            create();
        } else {
            change(random.nextInt(10));
        }
    }

    private void change(int what) {
        if (what == 0) {
            deactivate();
        } else if (what < 4) {
            create();
            revokeOne();
        } else {
            revokeOne();
        }
    }

    private void createWorkspace() {
        String id = name + "-" + ++workspaces;
        try {
            world.admin().createWorkspace(id);
            workspace = id;
            active = true;
        } catch (StatusRuntimeException e) {
            // Another one, next time.
        }
    }

    private void create() {
        CreateKeyRequest.Builder request = CreateKeyRequest.newBuilder()
                .setWorkspace(workspace)
                .setName("Soak")
                .addScopes("cases:read");
        boolean ends = random.nextInt(8) == 0;
        if (ends) {
            request.setLifetime(Duration.newBuilder().setSeconds(2L + random.nextInt(4)));
        }
        Begun begun = history.begin(Kind.CREATE, "", workspace);
        try {
            CreateKeyResponse made = world.admin().keys().createKey(request.build());
            String id = made.getKey().getId();
            if (ends) {
                long millis = Timestamps.toMillis(made.getKey().getExpireTime()) - System.currentTimeMillis();
                history.add(Kind.EXPIRE, id, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
            }
            begun.end(id, Outcome.OK, "");
            Named key = new Named(id, made.getSecret());
            good.add(key);
            keys.add(key);
        } catch (StatusRuntimeException e) {
            leaveIf(end(begun, e) == Outcome.FAIL);
            // Redis may be full, and then this must still work.
            revokeOne();
        }
    }

    private void revokeOne() {
        if (!good.isEmpty()) {
            revoke(good.remove(random.nextInt(good.size())));
        }
    }

    private void revoke(Named key) {
        toRevoke.remove(key);
        keys.changed(key);
        if (call(Kind.REVOKE, key.id(), () -> world.admin().revoke(key.id())) == Outcome.INFO) {
            toRevoke.add(key);
        }
        keys.changed(key);
    }

    private void deactivate() {
        good.forEach(keys::changed);
        Outcome outcome = call(Kind.DEACTIVATE, workspace, () -> {
            var unused = world.admin()
                    .workspaces()
                    .deactivateWorkspace(DeactivateWorkspaceRequest.newBuilder()
                            .setId(workspace)
                            .build());
        });
        active = false;
        leaveIf(outcome != Outcome.OK);
    }

    private void activate() {
        Outcome outcome = call(Kind.ACTIVATE, workspace, () -> {
            var unused = world.admin()
                    .workspaces()
                    .activateWorkspace(ActivateWorkspaceRequest.newBuilder()
                            .setId(workspace)
                            .build());
        });
        active = true;
        leaveIf(outcome != Outcome.OK);
    }

    private Outcome call(Kind kind, String subject, Call call) {
        Begun begun = history.begin(kind, subject, "");
        try {
            call.run();
            begun.end(Outcome.OK, "");
            return Outcome.OK;
        } catch (StatusRuntimeException e) {
            return end(begun, e);
        }
    }

    private static Outcome end(Begun begun, StatusRuntimeException failure) {
        Outcome outcome = REFUSALS.contains(failure.getStatus().getCode()) ? Outcome.FAIL : Outcome.INFO;
        begun.end(outcome, String.valueOf(failure.getMessage()));
        return outcome;
    }

    /** Nothing can be said any more of a workspace that is lost, or of which nobody knows whether it is active. */
    private void leaveIf(boolean unclear) {
        if (unclear) {
            workspace = "";
            good.clear();
            toRevoke.clear();
        }
    }
}
