package dev.latchkey.redis.health;

import java.util.List;
import java.util.stream.Stream;

/**
 * The permissions that the two processes need in Redis, and no more, as rules of {@code ACL SETUSER} (Redis 7.0;
 * {@code %R~} is read-only). The user of the sidecar can read the public records and record last uses. It cannot write
 * a key and cannot read the ledger.
 */
public final class RedisUsers {
    private static final List<String> SIDECAR_COMMANDS = List.of(
            "+ping", "+time", "+get", "+hgetall", "+zadd", "+client|id", "+client|tracking", "+client|trackinginfo");

    private static final List<String> CONTROL_COMMANDS = List.of(
            "+ping",
            "+eval",
            "+time",
            "+type",
            "+exists",
            "+get",
            "+set",
            "+del",
            "+hget",
            "+hmget",
            "+hgetall",
            "+hset",
            "+hdel",
            "+hscan",
            "+hincrby",
            "+zadd",
            "+zrem",
            "+zscore",
            "+zmscore",
            "+zrange",
            "+zrangebylex",
            "+xadd",
            "+xrevrange",
            "+xtrim");

    private RedisUsers() {}

    /** Returns the rules of the sidecar's user. */
    public static List<String> sidecar(String prefix) {
        return Stream.concat(
                        Stream.of(
                                "%R~" + prefix + "key:*",
                                "%R~" + prefix + "workspace:*",
                                "%R~" + prefix + "canary",
                                "%R~" + prefix + "meta:*",
                                "~" + prefix + "used:*"),
                        SIDECAR_COMMANDS.stream())
                .toList();
    }

    /** Returns the rules of the control plane's user. */
    public static List<String> control(String prefix) {
        return Stream.concat(
                        Stream.of(
                                "~" + prefix + "key:*",
                                "~" + prefix + "workspace:*",
                                "~" + prefix + "canary",
                                "~" + prefix + "meta:*",
                                "~" + prefix + "ledger:*",
                                "~" + prefix + "used:*"),
                        CONTROL_COMMANDS.stream())
                .toList();
    }
}
