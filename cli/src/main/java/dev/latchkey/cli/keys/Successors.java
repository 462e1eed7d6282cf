package dev.latchkey.cli.keys;

import com.google.protobuf.Timestamp;
import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.v1.GetKeyRequest;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyServiceGrpc.KeyServiceBlockingStub;
import dev.latchkey.v1.KeyState;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The creation times of successors, which show whether a replaced key is still used. This class is immutable. */
final class Successors {
    static final Successors NONE = new Successors(Map.of());

    private final Map<String, Timestamp> made;

    private Successors(Map<String, Timestamp> made) {
        this.made = Map.copyOf(made);
    }

    /**
     * Returns the successors of {@code keys}. The creation time of a successor that is not in {@code keys} comes from
     * its id, or from the control plane if the id is not a ULID. A successor that is no longer stored, because it ended
     * long ago, counts as absent.
     */
    static Successors of(List<Key> keys, ControlClient client) {
        Map<String, Timestamp> made = new HashMap<>();
        keys.forEach(key -> made.put(key.getId(), key.getCreateTime()));
        for (Key key : keys) {
            String successor = key.getSuccessor();
            if (key.getState() == KeyState.ACTIVE && !successor.isEmpty() && !made.containsKey(successor)) {
                ProtoValues.timeOfKeyId(successor)
                        .or(() -> timeOf(key.getWorkspace(), successor, client))
                        .ifPresent(time -> made.put(successor, time));
            }
        }
        return new Successors(made);
    }

    private static Optional<Timestamp> timeOf(String workspace, String id, ControlClient client) {
        GetKeyRequest request =
                GetKeyRequest.newBuilder().setWorkspace(workspace).setId(id).build();
        return client.keys(stub -> find(stub, request)).map(Key::getCreateTime);
    }

    private static Optional<Key> find(KeyServiceBlockingStub stub, GetKeyRequest request) {
        try {
            return Optional.of(stub.getKey(request).getKey());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Returns whether {@code key} was used after it was replaced: {@code yes} or {@code no}; {@code -} if the key was
     * not replaced or the creation time of its successor is not known.
     */
    String stillUsed(Key key) {
        Timestamp since = made.get(key.getSuccessor());
        if (since == null) {
            return "-";
        }
        return key.hasLastUsedTime() && ProtoValues.isAfter(key.getLastUsedTime(), since) ? "yes" : "no";
    }
}
