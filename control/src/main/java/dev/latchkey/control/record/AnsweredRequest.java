package dev.latchkey.control.record;

import dev.latchkey.control.redis.StoreException;

/**
 * The record of an answered call that carried a request id. It is kept for a day and contains no secret.
 *
 * @param fingerprint a fingerprint of everything that the caller asked for; contains no space
 * @param field the name of the record that was created, within its workspace's part of the ledger
 */
public record AnsweredRequest(String fingerprint, String field) {

    public static AnsweredRequest parse(String text) {
        int space = text.indexOf(' ');
        if (space < 0) {
            throw new StoreException(
                    StoreException.Fault.BAD_RECORD,
                    "what the ledger keeps of the call with this request_id cannot be read; it was changed by"
                            + " something else: use another request_id");
        }
        return new AnsweredRequest(text.substring(0, space), text.substring(space + 1));
    }

    public String text() {
        return fingerprint + " " + field;
    }
}
