package dev.latchkey.control.listing;

import dev.latchkey.control.record.ManagedKey;
import java.util.List;
import java.util.Optional;

/**
 * The keys of one page.
 *
 * @param end where the next page goes on; empty if there is none
 */
record KeyPage(List<ManagedKey> keys, Optional<PageCursor> end) {
    KeyPage {
        keys = List.copyOf(keys);
    }
}
