package dev.latchkey.index;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Knows RESP2 only: it answers {@code HELLO} as Redis 5 does, arguments quoted, and passes on the rest. */
public final class Resp2Proxy extends RefusingProxy {

    public Resp2Proxy(int target) throws IOException {
        super(target);
    }

    @Override
    protected Optional<String> refusal(List<String> command) {
        return command.get(0).equalsIgnoreCase("HELLO")
                ? Optional.of("ERR unknown command `HELLO`, with args beginning with: `"
                        + String.join("`, `", command.subList(1, command.size())) + "`, ")
                : Optional.empty();
    }
}
