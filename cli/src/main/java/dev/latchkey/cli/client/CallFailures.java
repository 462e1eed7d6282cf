package dev.latchkey.cli.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import dev.latchkey.cli.output.Causes;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.TerminalText;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The translation of failed calls to the control plane into messages for people. */
final class CallFailures {
    private static final int MAX_LENGTH = 1000;
    /** The prefix of the control plane's descriptions of field violations. */
    private static final Pattern VALUE = Pattern.compile("^value: ");

    private CallFailures() {}

    static CommandFailure of(StatusRuntimeException e, ControlAddress address) {
        Status status = e.getStatus();
        // A status that the server sent has no cause. A cause means that the call did not reach a server that answers
        // with a status.
        if (status.getCause() != null) {
            return unreached(status, address);
        }
        String said = said(status);
        return switch (status.getCode()) {
            case UNAVAILABLE ->
                CommandFailure.unreachable(TlsFailures.advice(said, address)
                        .map(advice -> "cannot reach the control plane at " + address + ": " + said + advice)
                        .orElse("the control plane at " + address + " cannot do this now: " + said));
            case DEADLINE_EXCEEDED ->
                CommandFailure.unreachable("no answer in time from the control plane at " + address
                        + "; whether it was done is not known");
            case UNIMPLEMENTED -> noControlPlane(address, said);
            case UNAUTHENTICATED ->
                CommandFailure.refused(
                        "the control plane at " + address + " does not know the admin token (expected: in "
                                + ControlOptions.TOKEN_VARIABLE
                                + " or --token-file a token whose hash is among its control.tokens;"
                                + " latchkey token generate makes both)");
            case PERMISSION_DENIED -> CommandFailure.refused("not allowed: " + said);
            case INVALID_ARGUMENT -> CommandFailure.refused(invalid(said, violations(e)));
            case NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE, RESOURCE_EXHAUSTED ->
                CommandFailure.refused(said);
            default ->
                CommandFailure.failed("the control plane at " + address + " failed: " + status.getCode() + ": " + said);
        };
    }

    private static CommandFailure unreached(Status status, ControlAddress address) {
        Optional<String> tls = address.tls() ? TlsFailures.explain(status.getCause(), address) : Optional.empty();
        if (tls.isPresent()) {
            return CommandFailure.unreachable("cannot reach the control plane at " + address + ": " + brief(tls.get()));
        }
        String reason = brief(Causes.reason(status.getCause()));
        return status.getCode() == Status.Code.UNAVAILABLE
                ? CommandFailure.unreachable("cannot reach the control plane at " + address + ": " + reason
                        + TlsFailures.advice(reason, address)
                                .orElse(" (is it running? --control or " + ControlOptions.ADDRESS_VARIABLE
                                        + " says where)"))
                : noControlPlane(address, reason);
    }

    private static CommandFailure noControlPlane(ControlAddress address, String reason) {
        return CommandFailure.unreachable("what answers at " + address + " is no control plane, or a much older one: "
                + reason + " (--control or " + ControlOptions.ADDRESS_VARIABLE + " says where it is)");
    }

    private static String invalid(String said, List<String> violations) {
        return violations.isEmpty() ? "refused: " + said : CommandFailure.report("refused", violations);
    }

    private static List<String> violations(StatusRuntimeException e) {
        List<String> lines = new ArrayList<>();
        com.google.rpc.Status details = StatusProto.fromThrowable(e);
        if (details == null) {
            return lines;
        }
        for (Any detail : details.getDetailsList()) {
            if (detail.is(BadRequest.class)) {
                for (BadRequest.FieldViolation violation : unpack(detail).getFieldViolationsList()) {
                    String value = VALUE.matcher(violation.getDescription()).replaceFirst("");
                    lines.add(TerminalText.line(violation.getField() + ": " + value));
                }
            }
        }
        return lines;
    }

    private static BadRequest unpack(Any detail) {
        try {
            return detail.unpack(BadRequest.class);
        } catch (InvalidProtocolBufferException e) {
            return BadRequest.getDefaultInstance();
        }
    }

    private static String said(Status status) {
        String description = status.getDescription();
        return description == null || description.isEmpty() ? status.getCode().toString() : brief(description);
    }

    private static String brief(String text) {
        String line = TerminalText.line(text.lines().findFirst().orElse(""));
        return line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH) + "…";
    }
}
