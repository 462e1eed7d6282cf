package dev.latchkey.redis;

import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A strict output for {@code HGETALL}. It accepts a map of strings, or an array of strings with an even length, and
 * turns any other reply into an error with {@link RedisError#BAD_REPLY_CODE}. Lettuce's own output reads many other
 * replies as an empty map, which is the reply for a missing record.
 *
 * <p>This class is not thread-safe. Each instance reads one reply.
 */
public final class RecordOutput<K, V> extends CommandOutput<K, V, Map<K, V>> {
    private static final int NO_REPLY = -1;
    /** The limit of the initial capacity, because a reply can announce more fields than it contains. */
    private static final int MOST_PLACES = 64;

    private static final String BAD =
            RedisError.BAD_REPLY_CODE + " the reply to HGETALL is no map of strings (expected: a hash)";

    private int left = NO_REPLY;
    private @Nullable K field;
    private boolean bad;

    public RecordOutput(RedisCodec<K, V> codec) {
        super(codec, Collections.emptyMap());
    }

    @Override
    public void multi(int count) {
        if (left != NO_REPLY || count < 0 || count % 2 != 0) {
            bad = true;
            return;
        }
        left = count;
        output = new HashMap<>(Math.min(count, MOST_PLACES));
    }

    @Override
    public void multiMap(int count) {
        multi(count > Integer.MAX_VALUE / 2 ? NO_REPLY : 2 * count);
    }

    @Override
    public void multiSet(int count) {
        bad = true;
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        if (bytes == null || left <= 0) {
            bad = true;
            return;
        }
        left--;
        K name = field;
        if (name == null) {
            field = codec.decodeKey(bytes);
        } else {
            // The name occurs twice, and it is unknown which of its values is right.
            bad |= output.put(name, codec.decodeValue(bytes)) != null;
            field = null;
        }
    }

    @Override
    public void set(long integer) {
        bad = true;
    }

    @Override
    public void set(double number) {
        bad = true;
    }

    @Override
    public void set(boolean value) {
        bad = true;
    }

    @Override
    public void setBigNumber(ByteBuffer bytes) {
        bad = true;
    }

    @Override
    public void complete(int depth) {
        if (depth == 0 && (bad || left != 0) && !hasError()) {
            setError(BAD);
        }
    }
}
