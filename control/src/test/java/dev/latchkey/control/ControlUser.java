package dev.latchkey.control;

import dev.latchkey.redis.RealRedis;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The control plane's own user of a real Redis, whose permissions a test can take away and give back while it works.
 */
public final class ControlUser {
    private final RealRedis redis;

    /** Makes the user, with every permission. */
    public ControlUser(RealRedis redis) {
        this.redis = redis;
        may("+@all", "~*");
    }

    public String uri() {
        return "redis://control:secret@127.0.0.1:" + redis.port();
    }

    /** Gives the user these permissions and no others, from the next command on. */
    public void may(String... rules) {
        List<String> all = new ArrayList<>(List.of("control", "reset", "on", ">secret"));
        all.addAll(Arrays.asList(rules));
        acl("SETUSER", all.toArray(String[]::new));
    }

    /** Lets the user do everything but write the index: projections fail, the ledger works. */
    public void mayNotWriteIndex() {
        may("+@all", "~latchkey:ledger:*", "~latchkey:meta:*", "~latchkey:canary", "~latchkey:used:*", "%R~*");
    }

    private void acl(String subcommand, String... args) {
        redis.commands()
                .dispatch(
                        CommandType.ACL,
                        new StatusOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8).add(subcommand).addValues(args));
    }
}
