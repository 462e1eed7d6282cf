package dev.latchkey.control.record;

import java.util.Optional;

/**
 * A claim on a request id: a repeat of the call gets the record that this call creates. The claim is written in the
 * same step as the record, and only if the stored claim has not changed since it was read. Of two concurrent calls with
 * the same id, only one creates a record.
 *
 * @param request names the caller and the caller's own id of the call, within a workspace
 * @param before the answer to an earlier such call, whose record is to be forgotten
 * @param fingerprint as in {@link AnsweredRequest}
 */
public record Claim(String request, Optional<AnsweredRequest> before, String fingerprint) {

    public AnsweredRequest answeredBy(LedgerEntry entry) {
        return new AnsweredRequest(fingerprint, entry.field());
    }
}
