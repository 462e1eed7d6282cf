package dev.latchkey.redis;

import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command output that accepts only replies of the type that fits the command, and turns any other reply into an error
 * with {@link RedisError#BAD_REPLY_CODE}. Lettuce's own outputs read some wrong types as null or as an empty list, that
 * is, as an absent value.
 *
 * <p>This class is not thread-safe. Each instance reads one reply.
 */
final class StrictOutput<K, V, T> extends CommandOutput<K, V, T> {
    /** The type of a whole reply. */
    private enum Shape {
        TEXT,
        NULL,
        INTEGER,
        DOUBLE,
        BOOLEAN,
        LIST
    }

    private static final Set<Shape> TEXTS = EnumSet.of(Shape.TEXT);
    private static final Set<Shape> INTEGERS = EnumSet.of(Shape.INTEGER);
    private static final Set<Shape> LISTS = EnumSet.of(Shape.LIST);
    private static final Set<Shape> VALUES = EnumSet.of(Shape.TEXT, Shape.NULL);
    private static final Set<Shape> SCORES = EnumSet.of(Shape.TEXT, Shape.DOUBLE, Shape.NULL);
    /** A script can return any type except null. */
    private static final Set<Shape> ANSWERS =
            EnumSet.of(Shape.TEXT, Shape.INTEGER, Shape.DOUBLE, Shape.BOOLEAN, Shape.LIST);

    /** Commands that are not listed, such as {@code EVAL} and {@code CLIENT}, are judged by their output. */
    private static final Map<CommandType, Set<Shape>> SHAPES = Map.ofEntries(
            Map.entry(CommandType.GET, VALUES),
            Map.entry(CommandType.HGET, VALUES),
            Map.entry(CommandType.SET, VALUES),
            Map.entry(CommandType.XADD, VALUES),
            Map.entry(CommandType.ZSCORE, SCORES),
            Map.entry(CommandType.PING, TEXTS),
            Map.entry(CommandType.EXISTS, INTEGERS),
            Map.entry(CommandType.DEL, INTEGERS),
            Map.entry(CommandType.HSET, INTEGERS),
            Map.entry(CommandType.HDEL, INTEGERS),
            Map.entry(CommandType.HINCRBY, INTEGERS),
            Map.entry(CommandType.ZADD, INTEGERS),
            Map.entry(CommandType.ZREM, INTEGERS),
            Map.entry(CommandType.XTRIM, INTEGERS),
            Map.entry(CommandType.TIME, LISTS),
            Map.entry(CommandType.HGETALL, LISTS),
            Map.entry(CommandType.HMGET, LISTS),
            Map.entry(CommandType.HSCAN, LISTS),
            Map.entry(CommandType.ZMSCORE, LISTS),
            Map.entry(CommandType.ZRANGE, LISTS),
            Map.entry(CommandType.ZRANGEBYLEX, LISTS),
            Map.entry(CommandType.XREVRANGE, LISTS));

    private final CommandOutput<K, V, T> real;
    private final Set<Shape> expected;
    private final String command;
    private @Nullable Shape shape;
    private boolean bad;

    @SuppressWarnings("NullAway") // get() is overridden; the real output must not be asked before the reply is there
    private StrictOutput(RedisCodec<K, V> codec, CommandOutput<K, V, T> real, Set<Shape> expected, String command) {
        super(codec, null);
        this.real = real;
        this.expected = expected;
        this.command = command;
    }

    /** Makes {@code command} reject replies of a wrong type. An output that already reads strictly stays in place. */
    static <K, V, T> void apply(RedisCodec<K, V> codec, RedisCommand<K, V, T> command) {
        CommandOutput<K, V, T> output = command.getOutput();
        if (output == null || output instanceof RecordOutput) {
            return;
        }
        ProtocolKeyword type = command.getType();
        command.setOutput(new StrictOutput<>(codec, output, expected(type, output), type.toString()));
    }

    private static Set<Shape> expected(ProtocolKeyword type, CommandOutput<?, ?, ?> output) {
        Set<Shape> known = type instanceof CommandType command ? SHAPES.get(command) : null;
        if (known != null) {
            return known;
        }
        if (output instanceof IntegerOutput) {
            return INTEGERS;
        }
        return output instanceof ValueOutput ? TEXTS : ANSWERS;
    }

    @Override
    public T get() {
        return real.get();
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        take(bytes == null ? Shape.NULL : Shape.TEXT, () -> real.set(bytes));
    }

    @Override
    public void setSingle(ByteBuffer bytes) {
        take(Shape.TEXT, () -> real.setSingle(bytes));
    }

    @Override
    public void setBigNumber(ByteBuffer bytes) {
        take(Shape.TEXT, () -> real.setBigNumber(bytes));
    }

    @Override
    public void set(long integer) {
        take(Shape.INTEGER, () -> real.set(integer));
    }

    @Override
    public void set(double number) {
        take(Shape.DOUBLE, () -> real.set(number));
    }

    @Override
    public void set(boolean value) {
        take(Shape.BOOLEAN, () -> real.set(value));
    }

    @Override
    public void multi(int count) {
        multi(count, () -> real.multi(count));
    }

    @Override
    public void multiArray(int count) {
        multi(count, () -> real.multiArray(count));
    }

    @Override
    public void multiPush(int count) {
        multi(count, () -> real.multiPush(count));
    }

    @Override
    public void multiMap(int count) {
        multi(count, () -> real.multiMap(count));
    }

    @Override
    public void multiSet(int count) {
        multi(count, () -> real.multiSet(count));
    }

    @Override
    public void complete(int depth) {
        if (!bad && shape != null) {
            attempt(() -> real.complete(depth));
        }
        if (depth == 0 && (bad || shape == null) && !hasError()) {
            real.setError(RedisError.BAD_REPLY_CODE + " a reply to " + command + " is of a wrong type");
        }
    }

    @Override
    public void setError(ByteBuffer error) {
        real.setError(error);
    }

    @Override
    public void setError(String error) {
        real.setError(error);
    }

    @Override
    public boolean hasError() {
        return real.hasError();
    }

    @Override
    public String getError() {
        return real.getError();
    }

    private void multi(int count, Runnable read) {
        take(count < 0 ? Shape.NULL : Shape.LIST, read);
    }

    /** The first part of a reply determines its type. The real output accepts or rejects the elements of a list. */
    private void take(Shape part, Runnable read) {
        if (shape == null) {
            shape = part;
            bad = !expected.contains(part);
        }
        if (!bad) {
            attempt(read);
        }
    }

    private void attempt(Runnable read) {
        try {
            read.run();
        } catch (RuntimeException e) {
            bad = true;
        }
    }
}
