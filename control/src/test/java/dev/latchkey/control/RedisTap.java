package dev.latchkey.control;

import dev.latchkey.redis.RefusingProxy;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what Redis is asked. */
public final class RedisTap implements AutoCloseable {
    private final List<List<String>> commands = new CopyOnWriteArrayList<>();
    private final RefusingProxy proxy;

    public RedisTap(int target) throws IOException {
        proxy = new RefusingProxy(target, command -> {
            commands.add(command);
            return Optional.empty();
        });
    }

    public String uri() {
        return "redis://127.0.0.1:" + proxy.port();
    }

    public void forget() {
        commands.clear();
    }

    /** Returns the names of the commands so far, in their order. */
    public List<String> names() {
        return commands.stream().map(command -> command.get(0)).toList();
    }

    /** Returns how many records of keys were asked for so far. */
    public int records() {
        return commands.stream()
                .filter(command ->
                        command.get(0).equals("HMGET") && command.get(1).endsWith(":records"))
                .mapToInt(command -> command.size() - 2)
                .sum();
    }

    @Override
    public void close() throws IOException {
        proxy.close();
    }
}
