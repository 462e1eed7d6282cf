package dev.latchkey.control.keys;

import io.lettuce.core.Range;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** All that Redis holds, as text. */
public final class Dump {
    private Dump() {}

    public static Map<String, String> of(RedisCommands<String, String> redis, Predicate<String> names) {
        Map<String, String> all = new TreeMap<>();
        redis.keys("*").stream().filter(names).forEach(name -> all.put(name, value(redis, name)));
        return all;
    }

    private static String value(RedisCommands<String, String> redis, String name) {
        return switch (redis.type(name)) {
            case "string" -> redis.get(name);
            case "hash" -> new TreeMap<>(redis.hgetall(name)).toString();
            case "zset" -> redis.zrange(name, 0, -1).toString();
            case "stream" -> redis.xrange(name, Range.unbounded()).toString();
            default -> throw new IllegalStateException("a type the control plane does not use: " + name);
        };
    }
}
