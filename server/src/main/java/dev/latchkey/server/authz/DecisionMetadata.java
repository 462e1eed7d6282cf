package dev.latchkey.server.authz;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.Reason;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.policy.Route;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.io.ByteArrayOutputStream;
import java.util.EnumMap;
import java.util.Map;

/**
 * The {@code dynamic_metadata} of every response, which Envoy can log. The reference configuration tells Latchkey's 503
 * from Envoy's own by {@code code}. It is written directly as bytes, as a field of the CheckResponse, because maps are
 * the most expensive part of the generated classes.
 *
 * <p>This class is immutable and thread-safe.
 */
final class DecisionMetadata {
    private static final TextField[] OF_KEY = {entry("key_id"), entry("workspace"), entry("environment")};
    private static final TextField[] OF_ROUTE = {entry("rule")};
    private static final byte[][] NO_TEXTS = {};

    /** The serialised entries for code and reason, which every response has. */
    private final Map<Reason, byte[]> ofReason = new EnumMap<>(Reason.class);

    DecisionMetadata() {
        for (Reason reason : Reason.values()) {
            ByteArrayOutputStream entries = new ByteArrayOutputStream();
            entries.writeBytes(entry("code").bytes(reason.code()));
            entries.writeBytes(entry("reason").bytes(reason.text()));
            ofReason.put(reason, entries.toByteArray());
        }
    }

    /** Returns the serialised {@code dynamic_metadata} field of a CheckResponse. */
    byte[] of(Decision decision) {
        byte[] reason = ofReason.getOrDefault(decision.reason(), TextField.NOTHING);
        KeyRecord key = decision.key();
        Route route = decision.route();
        byte[][] keyTexts = key == null
                ? NO_TEXTS
                : TextField.utf8(key.id(), key.workspace(), key.environment().text());
        byte[][] routeTexts = route == null ? NO_TEXTS : TextField.utf8(route.rule());
        int size = reason.length + TextField.size(OF_KEY, keyTexts) + TextField.size(OF_ROUTE, routeTexts);
        return WireWriter.bytes(WireWriter.framed(size), out -> {
            WireWriter.open(out, CheckResponse.DYNAMIC_METADATA_FIELD_NUMBER, size);
            out.writeRawBytes(reason);
            TextField.write(out, OF_KEY, keyTexts);
            TextField.write(out, OF_ROUTE, routeTexts);
        });
    }

    /** Returns a map entry, which is a message with the key as field 1 and the value as field 2. */
    private static TextField entry(String name) {
        return TextField.of(Value.STRING_VALUE_FIELD_NUMBER)
                .within(TextField.NOTHING, 2)
                .within(TextField.of(1).bytes(name), Struct.FIELDS_FIELD_NUMBER);
    }
}
