package dev.latchkey.control.api.grpc;

import com.google.protobuf.Timestamp;
import dev.latchkey.control.audit.AuditEntry;
import dev.latchkey.control.audit.AuditQuery;
import dev.latchkey.control.audit.AuditReader;
import dev.latchkey.control.rules.Page;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.v1.AuditServiceGrpc;
import dev.latchkey.v1.AuditedState;
import dev.latchkey.v1.ListAuditEntriesRequest;
import dev.latchkey.v1.ListAuditEntriesResponse;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/**
 * The endpoint of {@code latchkey.v1.AuditService}. It translates between messages and the types of the rules, and
 * blocks the calling thread while Redis works.
 *
 * <p>This class is thread-safe.
 */
public final class AuditServiceEndpoint extends AuditServiceGrpc.AuditServiceImplBase {
    private final AuditReader audit;

    public AuditServiceEndpoint(AuditReader audit) {
        this.audit = audit;
    }

    @Override
    public void listAuditEntries(ListAuditEntriesRequest request, StreamObserver<ListAuditEntriesResponse> call) {
        ErrorMapping.answer(call, () -> {
            Page<AuditEntry> page = audit.list(query(request));
            return ListAuditEntriesResponse.newBuilder()
                    .addAllEntries(page.items().stream()
                            .map(AuditServiceEndpoint::entry)
                            .toList())
                    .setNextPageToken(page.nextToken())
                    .build();
        });
    }

    private static AuditQuery query(ListAuditEntriesRequest request) {
        return new AuditQuery(
                request.getWorkspace(),
                new PageRequest(request.getPageSize(), request.getPageToken()),
                request.getKey(),
                request.getActor(),
                request.getAction(),
                request.hasStartTime() ? Optional.of(moment(request.getStartTime())) : Optional.empty(),
                request.hasEndTime() ? Optional.of(moment(request.getEndTime())) : Optional.empty());
    }

    private static AuditQuery.Moment moment(Timestamp time) {
        return new AuditQuery.Moment(time.getSeconds(), time.getNanos());
    }

    private static dev.latchkey.v1.AuditEntry entry(AuditEntry entry) {
        dev.latchkey.v1.AuditEntry.Builder message = dev.latchkey.v1.AuditEntry.newBuilder()
                .setId(entry.id())
                .setTime(Messages.timestamp(entry.millis()))
                .setActor(entry.actor())
                .setAction(entry.action())
                .setKey(entry.key())
                .setReason(entry.reason())
                .setRequestId(entry.requestId())
                .addAllUnreadable(entry.unreadable());
        entry.before().map(AuditServiceEndpoint::state).ifPresent(message::setBefore);
        entry.after().map(AuditServiceEndpoint::state).ifPresent(message::setAfter);
        return message.build();
    }

    private static AuditedState state(dev.latchkey.control.record.AuditedState state) {
        AuditedState.Builder message = AuditedState.newBuilder()
                .setName(state.name())
                .addAllScopes(state.scopes())
                .setState(state.state())
                .setPredecessor(state.predecessor())
                .setSuccessor(state.successor());
        state.createdAt().ifPresent(millis -> message.setCreateTime(Messages.timestamp(millis)));
        state.expiresAt().ifPresent(millis -> message.setExpireTime(Messages.timestamp(millis)));
        state.revokedAt().ifPresent(millis -> message.setRevokeTime(Messages.timestamp(millis)));
        return message.build();
    }
}
