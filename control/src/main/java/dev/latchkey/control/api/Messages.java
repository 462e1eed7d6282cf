package dev.latchkey.control.api;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.latchkey.control.keys.Expiry;
import dev.latchkey.control.keys.KeyView;
import dev.latchkey.control.keys.NewKey;
import dev.latchkey.control.ledger.ManagedKey;
import dev.latchkey.control.ledger.ManagedWorkspace;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.Environment;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import dev.latchkey.v1.Workspace;
import dev.latchkey.v1.WorkspaceState;

/** Translates between the messages and the rules' types. Judges nothing: a wrong value is passed on as it came. */
final class Messages {
    private static final int NANOS_PER_MILLI = 1_000_000;

    private Messages() {}

    static NewKey newKey(CreateKeyRequest request) {
        return new NewKey(
                request.getWorkspace(),
                request.getName(),
                environment(request),
                request.getScopesList(),
                expiry(request));
    }

    static Key key(KeyView view) {
        ManagedKey key = view.key();
        KeyRecord record = key.record();
        Key.Builder message = Key.newBuilder()
                .setId(key.id())
                .setWorkspace(key.workspace())
                .setName(key.name())
                .setEnvironment(
                        record.environment() == dev.latchkey.key.Environment.LIVE ? Environment.LIVE : Environment.TEST)
                .addAllScopes(record.scopes())
                .setState(state(view.state()))
                .setStart(key.start())
                .setPepperVersion(key.digest().pepperVersion());
        if (key.createdAt() != ManagedKey.UNKNOWN) {
            message.setCreateTime(timestamp(key.createdAt()));
        }
        if (record.expiresAt() != KeyRecord.NEVER) {
            message.setExpireTime(timestamp(record.expiresAt()));
        }
        view.lastUsedAt().ifPresent(millis -> message.setLastUsedTime(timestamp(millis)));
        return message.build();
    }

    static Workspace workspace(ManagedWorkspace workspace) {
        return Workspace.newBuilder()
                .setId(workspace.workspace())
                .setName(workspace.name())
                .setState(workspace.active() ? WorkspaceState.WORKSPACE_ACTIVE : WorkspaceState.WORKSPACE_INACTIVE)
                .setCreateTime(timestamp(workspace.createdAt()))
                .build();
    }

    private static String environment(CreateKeyRequest request) {
        return switch (request.getEnvironment()) {
            case ENVIRONMENT_UNSPECIFIED, LIVE -> dev.latchkey.key.Environment.LIVE.text();
            case TEST -> dev.latchkey.key.Environment.TEST.text();
            case UNRECOGNIZED -> Integer.toString(request.getEnvironmentValue());
        };
    }

    private static Expiry expiry(CreateKeyRequest request) {
        Duration lifetime = request.getLifetime();
        Timestamp time = request.getExpireTime();
        return switch (request.getExpiryCase()) {
            case LIFETIME -> new Expiry.Lifetime(lifetime.getSeconds(), lifetime.getNanos());
            case EXPIRE_TIME -> new Expiry.At(time.getSeconds(), time.getNanos());
            case EXPIRY_NOT_SET -> Expiry.Never.NEVER;
        };
    }

    private static KeyState state(KeyView.State state) {
        return switch (state) {
            case ACTIVE -> KeyState.ACTIVE;
            case EXPIRED -> KeyState.EXPIRED;
            case REVOKED -> KeyState.REVOKED;
        };
    }

    private static Timestamp timestamp(long millis) {
        return Timestamp.newBuilder()
                .setSeconds(Math.floorDiv(millis, 1000L))
                .setNanos((int) Math.floorMod(millis, 1000L) * NANOS_PER_MILLI)
                .build();
    }
}
