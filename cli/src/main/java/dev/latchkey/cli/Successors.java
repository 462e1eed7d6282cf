package dev.latchkey.cli;

import com.google.protobuf.Timestamp;
import dev.latchkey.v1.GetKeyRequest;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** When keys were replaced, and so whether they are still used since. Immutable. */
final class Successors {
    static final Successors NONE = new Successors(Map.of());

    private final Map<String, Timestamp> made;

    private Successors(Map<String, Timestamp> made) {
        this.made = Map.copyOf(made);
    }

    /** Returns those of {@code keys}; asks for those of active keys that are not among them. */
    static Successors of(List<Key> keys, ControlClient client) {
        Map<String, Timestamp> made = new HashMap<>();
        keys.forEach(key -> made.put(key.getId(), key.getCreateTime()));
        for (Key key : keys) {
            String successor = key.getSuccessor();
            if (key.getState() == KeyState.ACTIVE && !successor.isEmpty() && !made.containsKey(successor)) {
                GetKeyRequest request = GetKeyRequest.newBuilder()
                        .setWorkspace(key.getWorkspace())
                        .setId(successor)
                        .build();
                made.put(
                        successor,
                        client.keys(stub -> stub.getKey(request)).getKey().getCreateTime());
            }
        }
        return new Successors(made);
    }

    /** Returns whether {@code key} was used after it was replaced: {@code yes}, {@code no}, or {@code -} if it was not. */
    String stillUsed(Key key) {
        Timestamp since = made.get(key.getSuccessor());
        if (since == null) {
            return "-";
        }
        return key.hasLastUsedTime() && ProtoValues.isAfter(key.getLastUsedTime(), since) ? "yes" : "no";
    }
}
