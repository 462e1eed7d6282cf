package dev.latchkey.control.listing;

import dev.latchkey.control.ledger.ManagedKey;
import java.util.List;
import java.util.Optional;

/**
 * The keys of one page.
 *
 * @param end where the next page goes on; empty if there is none
 */
record Excerpt(List<ManagedKey> keys, Optional<Place> end) {
    Excerpt {
        keys = List.copyOf(keys);
    }
}
