package dev.latchkey.control.record;

import java.util.Optional;

/**
 * That whoever repeats a call is to be told of the record that this one makes. It is made in the same step as the record, and
 * only if nothing else was claimed for the call meanwhile: of two that come at once, one makes a record.
 *
 * @param request names the caller and the caller's own id of the call, within a workspace
 * @param before what was kept of an earlier such call, whose record is to be forgotten
 * @param fingerprint as in {@link AnsweredRequest}
 */
public record Claim(String request, Optional<AnsweredRequest> before, String fingerprint) {

    public AnsweredRequest answeredBy(LedgerEntry entry) {
        return new AnsweredRequest(fingerprint, entry.field());
    }
}
