package dev.latchkey.e2e;

import dev.latchkey.control.ControlPlane;
import dev.latchkey.lifecycle.Closing;
import java.io.IOException;
import java.util.Map;
import org.awaitility.Awaitility;

/** A world with a control plane, which has made the workspace {@code ws_1}, and a sidecar that answers from memory. */
public final class ManagedWorld implements AutoCloseable {
    private final Closing made = new Closing();
    public final World world;
    public final ControlPlane control;
    public final AdminApi admin;

    public ManagedWorld() throws IOException {
        world = made.add(new World.Options().start());
        control = made.add(AdminApi.startControl(world.redis.uri(), Map.of()));
        admin = made.add(new AdminApi(control.port()));
        Awaitility.await().until(control::ready);
        admin.createWorkspace("ws_1");
        Awaitility.await().until(() -> Metrics.at(world.sidecar.opsPort(), "latchkey_cache_usable") == 1);
    }

    @Override
    public void close() {
        made.close();
    }
}
