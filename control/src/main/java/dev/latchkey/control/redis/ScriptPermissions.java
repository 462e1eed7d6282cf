package dev.latchkey.control.redis;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A check for missing {@code ACL SETUSER} rules of a Redis user. It runs a script without side effects that asks, for
 * each command and each pattern of names, whether the user may run the command on such a name. The missing rules follow
 * from all answers together.
 */
final class ScriptPermissions {
    /**
     * Takes commands as arguments, each a line of words, and answers one character per command: {@code 1} if the user
     * may run it, else {@code 0}.
     */
    static final String SCRIPT = """
            #!lua flags=no-writes
            local answers = {}
            for i, attempt in ipairs(ARGV) do
                local words = {}
                for word in string.gmatch(attempt, '%S+') do words[#words + 1] = word end
                answers[i] = redis.acl_check_cmd(unpack(words)) and '1' or '0'
            end
            return table.concat(answers)
            """;

    private static final String READ_ONLY = "%R~";
    /** The arguments that follow the name, by command. */
    private static final Map<String, String> READS = Map.ofEntries(
            Map.entry("type", ""),
            Map.entry("exists", ""),
            Map.entry("get", ""),
            Map.entry("hget", "f"),
            Map.entry("hmget", "f"),
            Map.entry("hgetall", ""),
            Map.entry("hscan", "0"),
            Map.entry("zscore", "m"),
            Map.entry("zmscore", "m"),
            Map.entry("zrange", "0 -1"),
            Map.entry("zrangebylex", "- +"),
            Map.entry("xrevrange", "+ -"));

    private static final Map<String, String> WRITES = Map.ofEntries(
            Map.entry("set", "v"),
            Map.entry("del", ""),
            Map.entry("hset", "f v"),
            Map.entry("hdel", "f"),
            Map.entry("hincrby", "f 1"),
            Map.entry("zadd", "0 m"),
            Map.entry("zrem", "m"),
            Map.entry("xadd", "* f v"),
            Map.entry("xtrim", "MINID 0"));

    private static final Map<String, String> WITHOUT_NAME = Map.of("ping", "", "time", "", "eval", "x 0");

    private final List<String> rules;
    private final List<Attempt> attempts = new ArrayList<>();

    private record Attempt(String command, String names, String text) {}

    /** @param rules the rules of the user: commands, and patterns of names */
    ScriptPermissions(List<String> rules) {
        this.rules = rules;
        List<String> patterns =
                rules.stream().filter(rule -> !rule.startsWith("+")).toList();
        rules.stream()
                .filter(rule -> rule.startsWith("+"))
                .map(rule -> rule.substring(1))
                .forEach(command -> attempt(command, patterns));
    }

    /** Returns the arguments of the script. */
    String[] attempts() {
        return attempts.stream().map(Attempt::text).toArray(String[]::new);
    }

    /**
     * Returns the missing rules, in the order of the rules.
     *
     * @param answer the answer of the script
     */
    Set<String> lacking(String answer) {
        Set<String> granted = new LinkedHashSet<>();
        List<Attempt> refused = new ArrayList<>();
        for (int i = 0; i < attempts.size(); i++) {
            Attempt attempt = attempts.get(i);
            if (answer.charAt(i) == '1') {
                granted.addAll(List.of(attempt.command, attempt.names));
            } else {
                refused.add(attempt);
            }
        }
        Set<String> lacking = new LinkedHashSet<>();
        for (Attempt attempt : refused) {
            Stream.of(attempt.command, attempt.names)
                    .filter(rule -> !granted.contains(rule))
                    .forEach(lacking::add);
        }
        // If a command and a pattern are each granted elsewhere but refused together, the user may only read the names.
        refused.stream()
                .filter(attempt -> !lacking.contains(attempt.command) && !lacking.contains(attempt.names))
                .forEach(attempt -> lacking.add(attempt.names));
        Set<String> ordered = new LinkedHashSet<>(rules);
        ordered.retainAll(lacking);
        return ordered;
    }

    private void attempt(String command, List<String> patterns) {
        String bare = WITHOUT_NAME.get(command);
        if (bare != null) {
            attempts.add(new Attempt("+" + command, "", command + " " + bare));
            return;
        }
        boolean read = READS.containsKey(command);
        String rest = Objects.requireNonNull(
                read ? READS.get(command) : WRITES.get(command), () -> "no attempt is known for " + command);
        patterns.stream()
                .filter(pattern -> read || !pattern.startsWith(READ_ONLY))
                .forEach(pattern -> attempts.add(
                        new Attempt("+" + command, pattern, command + " " + sample(pattern) + " " + rest)));
    }

    /** Returns a name that matches {@code pattern} and is not in use. */
    private static String sample(String pattern) {
        return pattern.substring(pattern.indexOf('~') + 1).replace("*", "probe");
    }
}
