package dev.latchkey.control.record;

import dev.latchkey.control.redis.StoreException;

/**
 * What is kept for a day of a call that its caller gave an id: no secret.
 *
 * @param fingerprint of everything that was asked for; no space
 * @param field the name of the record that was made, within its workspace's part of the ledger
 */
public record AnsweredRequest(String fingerprint, String field) {

    public static AnsweredRequest parse(String text) {
        int space = text.indexOf(' ');
        if (space < 0) {
            throw new StoreException(
                    StoreException.Fault.BAD_RECORD,
                    "what the ledger keeps of the call with this request_id cannot be read; it was changed by something else:"
                            + " use another request_id");
        }
        return new AnsweredRequest(text.substring(0, space), text.substring(space + 1));
    }

    public String text() {
        return fingerprint + " " + field;
    }
}
