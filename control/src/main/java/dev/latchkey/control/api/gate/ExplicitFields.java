package dev.latchkey.control.api.gate;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import dev.latchkey.control.rules.FoundBefore;
import dev.latchkey.control.rules.MessageText;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.control.rules.Violations;
import dev.latchkey.text.NearestName;
import dev.latchkey.v1.UpdateKeyRequest;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * An interceptor that rejects explicit values which would otherwise be silently taken for a default, for "everything"
 * or for "no change": an empty string in a field with presence, an update whose mask and fields differ, and an update
 * that changes nothing. It passes its violations to the rules of the call, which add their own.
 *
 * <p>This class is thread-safe.
 */
public final class ExplicitFields implements ServerInterceptor {
    private static final String MASK = "update_mask";
    private static final Set<String> CHANGEABLE = Set.of("name", "scopes", "lifetime", "expire_time");

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private List<Violation> found = List.of();

            @Override
            public void onMessage(Q request) {
                found = check((Message) request);
                super.onMessage(request);
            }

            @Override
            public void onHalfClose() {
                FoundBefore.during(found, super::onHalfClose);
            }
        };
    }

    static List<Violation> check(Message request) {
        Violations violations = new Violations();
        checkTexts(request, "", violations);
        if (request instanceof UpdateKeyRequest update) {
            checkMask(update, violations);
        }
        return violations.all();
    }

    private static void checkTexts(Message message, String path, Violations violations) {
        message.getAllFields().forEach((field, value) -> {
            if (field.getJavaType() == JavaType.STRING && field.hasPresence() && "".equals(value)) {
                violations.add(path + field.getName(), "\"\"", "at least one character; left out, it is as by default");
            } else if (field.getJavaType() == JavaType.MESSAGE && field.isRepeated()) {
                List<?> elements = (List<?>) value;
                for (int i = 0; i < elements.size(); i++) {
                    checkTexts((Message) elements.get(i), path + field.getName() + "[" + i + "].", violations);
                }
            } else if (field.getJavaType() == JavaType.MESSAGE) {
                checkTexts((Message) value, path + field.getName() + ".", violations);
            }
        });
    }

    private static void checkMask(UpdateKeyRequest update, Violations violations) {
        Set<String> given = new TreeSet<>();
        update.getAllFields().keySet().stream()
                .map(FieldDescriptor::getName)
                .filter(CHANGEABLE::contains)
                .forEach(given::add);
        if (!update.hasUpdateMask()) {
            if (given.isEmpty() && violations.isEmpty()) {
                violations.add(
                        "name",
                        "not given",
                        "at least one of name, scopes, lifetime and expire_time: else nothing is changed");
            }
            return;
        }
        FieldMask mask = update.getUpdateMask();
        if (mask.getPathsCount() == 0) {
            violations.add(MASK, "no fields", "the names of the fields that are to be changed");
        }
        for (String path : mask.getPathsList()) {
            if (!CHANGEABLE.contains(path)) {
                violations.add(
                        MASK,
                        MessageText.quoted(path),
                        "a field that can be changed, nearest: " + NearestName.of(path, new TreeSet<>(CHANGEABLE)));
            } else if (!given.contains(path)) {
                violations.add(path, path.equals("scopes") ? "[]" : "not given", "a value, since update_mask names it");
            }
        }
        given.stream()
                .filter(field -> !mask.getPathsList().contains(field))
                .forEach(field -> violations.add(field, "given", "a name in update_mask as well, or no value"));
    }
}
