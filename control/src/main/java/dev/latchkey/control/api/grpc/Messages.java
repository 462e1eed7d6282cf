package dev.latchkey.control.api.grpc;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.keys.KeyChange;
import dev.latchkey.control.keys.Replacement;
import dev.latchkey.control.listing.KeyQuery;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.record.ManagedWorkspace;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.NewKey;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.Environment;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.RotateKeyRequest;
import dev.latchkey.v1.UpdateKeyRequest;
import dev.latchkey.v1.Workspace;
import dev.latchkey.v1.WorkspaceState;
import java.util.Optional;

/**
 * The translation between protobuf messages and the types of the rules. It validates nothing: an invalid value is
 * passed on as received.
 */
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

    static Replacement replacement(RotateKeyRequest request) {
        return new Replacement(
                new KeyName(request.getWorkspace(), request.getId()),
                request.hasOverlap() ? Optional.of(lifetime(request.getOverlap())) : Optional.empty(),
                expiry(request.hasLifetime(), request.getLifetime(), request.hasExpireTime(), request.getExpireTime()));
    }

    static KeyChange change(UpdateKeyRequest request) {
        return new KeyChange(
                new KeyName(request.getWorkspace(), request.getId()),
                request.getName(),
                request.getScopesList(),
                expiry(request.hasLifetime(), request.getLifetime(), request.hasExpireTime(), request.getExpireTime()));
    }

    static KeyQuery query(ListKeysRequest request) {
        return new KeyQuery(
                request.getWorkspace(),
                request.getShowAll(),
                state(request),
                request.getName(),
                request.hasExpiringIn() ? Optional.of(lifetime(request.getExpiringIn())) : Optional.empty(),
                request.getOrderBy());
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
                .setPepperVersion(key.digest().pepperVersion())
                .setPredecessor(key.links().predecessor())
                .setSuccessor(key.links().successor())
                .setForeign(key.isForeign())
                .setAnswerUnconfirmed(view.answerUnconfirmed());
        if (key.createdAt() != ManagedKey.UNKNOWN) {
            message.setCreateTime(timestamp(key.createdAt()));
        }
        if (record.expiresAt() != KeyRecord.NEVER) {
            message.setExpireTime(timestamp(record.expiresAt()));
        }
        if (key.closed() && key.revokedAt() != ManagedKey.UNKNOWN) {
            message.setRevokeTime(timestamp(key.revokedAt()));
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

    private static String state(ListKeysRequest request) {
        return switch (request.getState()) {
            case KEY_STATE_UNSPECIFIED -> "";
            case ACTIVE, EXPIRED, REVOKED -> request.getState().name();
            case UNRECOGNIZED -> Integer.toString(request.getStateValue());
        };
    }

    private static Expiry expiry(CreateKeyRequest request) {
        return expiry(request.hasLifetime(), request.getLifetime(), request.hasExpireTime(), request.getExpireTime())
                .orElse(Expiry.Never.NEVER);
    }

    private static Optional<Expiry> expiry(boolean lives, Duration lifetime, boolean ends, Timestamp time) {
        if (lives) {
            return Optional.of(lifetime(lifetime));
        }
        return ends ? Optional.of(at(time)) : Optional.empty();
    }

    static Expiry.Lifetime lifetime(Duration lifetime) {
        return new Expiry.Lifetime(lifetime.getSeconds(), lifetime.getNanos());
    }

    static Expiry.At at(Timestamp time) {
        return new Expiry.At(time.getSeconds(), time.getNanos());
    }

    private static KeyState state(KeyView.State state) {
        return switch (state) {
            case ACTIVE -> KeyState.ACTIVE;
            case EXPIRED -> KeyState.EXPIRED;
            case REVOKED -> KeyState.REVOKED;
        };
    }

    static Timestamp timestamp(long millis) {
        return Timestamp.newBuilder()
                .setSeconds(Math.floorDiv(millis, 1000L))
                .setNanos((int) Math.floorMod(millis, 1000L) * NANOS_PER_MILLI)
                .build();
    }
}
