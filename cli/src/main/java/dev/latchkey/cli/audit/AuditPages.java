package dev.latchkey.cli.audit;

import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.v1.ListAuditEntriesRequest;
import dev.latchkey.v1.ListAuditEntriesResponse;

/** Reads an audit trail page by page, and keeps none. Not thread-safe. */
final class AuditPages {
    private final ControlClient client;
    private final ListAuditEntriesRequest query;
    private final int largest;
    private String token = "";
    private boolean last;

    /** @param largest the most entries of one page */
    AuditPages(ControlClient client, ListAuditEntriesRequest query, int largest) {
        this.client = client;
        this.query = query;
        this.largest = largest;
    }

    boolean hasNext() {
        return !last;
    }

    /** Returns the next page, of at most {@code most} entries; it may have none. */
    ListAuditEntriesResponse next(int most) {
        ListAuditEntriesRequest request = query.toBuilder()
                .setPageSize(Math.min(most, largest))
                .setPageToken(token)
                .build();
        ListAuditEntriesResponse page = client.audit(stub -> stub.listAuditEntries(request));
        token = page.getNextPageToken();
        last = token.isEmpty();
        return page;
    }

    /** Returns the token of the next page; empty if there is none. */
    String token() {
        return token;
    }
}
