package dev.latchkey.index;

import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;

class InMemoryKeyIndexTest extends KeyIndexContract {
    private final InMemoryKeyIndex index = new InMemoryKeyIndex();

    @Override
    protected KeyIndex index() {
        return index;
    }

    @Override
    protected void store(KeyDigest digest, KeyRecord key) {
        index.put(digest, key);
    }

    @Override
    protected void store(WorkspaceRecord workspace) {
        index.put(workspace);
    }
}
