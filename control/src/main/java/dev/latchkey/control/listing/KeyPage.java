package dev.latchkey.control.listing;

import dev.latchkey.control.record.ManagedKey;
import java.util.List;
import java.util.Optional;

/**
 * The keys of one page.
 *
 * @param end the cursor after which the next page starts; empty for the last page
 */
record KeyPage(List<ManagedKey> keys, Optional<PageCursor> end) {
    KeyPage {
        keys = List.copyOf(keys);
    }
}
