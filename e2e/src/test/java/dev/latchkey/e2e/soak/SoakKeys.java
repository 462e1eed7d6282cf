package dev.latchkey.e2e.soak;

import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * The keys that are asked about: mostly those of which something has changed lately, else any that there was, and some
 * that were never made. This class is thread-safe.
 */
final class SoakKeys {
    private static final int RECENT = 12;
    private static final int KEPT = 300;
    private static final int NEVER_MADE = 8;

    private final Deque<Named> recent = new ArrayDeque<>();
    private final Deque<Named> all = new ArrayDeque<>();
    private final List<Named> neverMade = new ArrayList<>();

    /** A key and how it is called where keys are not shown. */
    record Named(String id, String secret) {

        @Override
        public String toString() {
            return id;
        }
    }

    SoakKeys() {
        KeyFormat format = new KeyFormat("opt", /* acceptImported= */ false);
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < NEVER_MADE; i++) {
            neverMade.add(new Named(
                    "never-made-" + i, format.mint(Environment.LIVE, random).reveal()));
        }
    }

    synchronized void add(Named key) {
        all.addLast(key);
        if (all.size() > KEPT) {
            all.removeFirst();
        }
        changed(key);
    }

    synchronized void changed(Named key) {
        recent.remove(key);
        recent.addLast(key);
        if (recent.size() > RECENT) {
            recent.removeFirst();
        }
    }

    synchronized Named any(Random random) {
        int of = random.nextInt(10);
        if (of == 0 || all.isEmpty()) {
            return pick(neverMade, random);
        }
        return pick(List.copyOf(of < 3 ? all : recent), random);
    }

    private static Named pick(List<Named> keys, Random random) {
        return keys.get(random.nextInt(keys.size()));
    }
}
