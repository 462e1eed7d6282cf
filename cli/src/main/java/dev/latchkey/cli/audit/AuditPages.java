package dev.latchkey.cli.audit;

import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.v1.ListAuditEntriesRequest;
import dev.latchkey.v1.ListAuditEntriesResponse;

/** A reader of an audit trail that requests one page at a time and keeps none. This class is not thread-safe. */
final class AuditPages {
    private final ControlClient client;
    private final ListAuditEntriesRequest query;
    private final int largest;
    private String token = "";
    private boolean last;

    /** @param largest the maximum number of entries per page */
    AuditPages(ControlClient client, ListAuditEntriesRequest query, int largest) {
        this.client = client;
        this.query = query;
        this.largest = largest;
    }

    boolean hasNext() {
        return !last;
    }

    /** Returns the next page, with at most {@code most} entries. A page may be empty although more pages follow. */
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

    /** Returns the token of the next page; empty if there is none, or if no page was requested yet. */
    String token() {
        return token;
    }
}
