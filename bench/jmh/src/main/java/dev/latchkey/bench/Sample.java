package dev.latchkey.bench;

import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.index.InMemoryKeyIndex;
import dev.latchkey.index.KeyIndex;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.Peppers;
import dev.latchkey.key.PresentedKey;
import dev.latchkey.key.WorkspaceRecord;
import dev.latchkey.policy.Policy;
import dev.latchkey.policy.path.CanonicalPath;
import dev.latchkey.server.cache.OpenCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Who asks, and what is known of them: keys and their records under the reference policy, all in memory. */
public final class Sample {
    /** Of keys, paths and so on; a power of two. */
    public static final int COUNT = 1024;

    public static final String HOST = "api.example.com";
    public static final KeyFormat FORMAT = new KeyFormat("opt", false);
    /** As it is by default. */
    public static final AnswerStyle STYLE = new AnswerStyle("x-latchkey-", true, "urn:latchkey:error:", "latchkey");

    private static final int WORKSPACES = 64;
    private static final List<String> COLLECTIONS =
            List.of("cases", "parties", "documents", "deadlines", "calendar", "invoices");

    public final Peppers peppers = Peppers.parse(Peppers.generate(1, new SecureRandom()));
    public final Policy policy = readPolicy();

    /** Returns one of each for 0 to {@link #COUNT}. */
    public static <T> Stream<T> each(IntFunction<T> made) {
        return IntStream.range(0, COUNT).mapToObj(made);
    }

    /** Returns new keys. */
    public static PresentedKey[] keys() {
        SecureRandom random = new SecureRandom();
        return each(i -> FORMAT.mint(Environment.LIVE, random)).toArray(PresentedKey[]::new);
    }

    /** Returns what is known of key {@code i}: it may read cases and parties. */
    public static KeyRecord record(int i) {
        return new KeyRecord(
                String.format("key_%024d", i),
                workspace(i),
                Environment.LIVE,
                Set.of("cases:read", "parties:read"),
                KeyRecord.State.ACTIVE,
                KeyRecord.NEVER,
                1);
    }

    /** Returns paths of two segments. */
    public static String[] shortPaths() {
        return each(Sample::collection).toArray(String[]::new);
    }

    /** Returns paths of three segments, and a query. */
    public static String[] deepPaths() {
        return each(i -> collection(i) + "/5d2f1e0a-7c55-4f51-" + (9000 + i) + "?page=" + i)
                .toArray(String[]::new);
    }

    public static CanonicalPath path(String target) {
        return Objects.requireNonNull(CanonicalPath.parse(target), target);
    }

    /** Returns the near cache over the records of {@code keys}, which it reads once each. */
    public KeyIndex cached(PresentedKey[] keys) {
        InMemoryKeyIndex store = new InMemoryKeyIndex();
        for (int i = 0; i < keys.length; i++) {
            store.put(peppers.newest(keys[i]), record(i));
            store.put(new WorkspaceRecord(workspace(i), true, 1));
        }
        return OpenCache.over(store);
    }

    private static String collection(int i) {
        return "/v1/" + COLLECTIONS.get(i % COLLECTIONS.size());
    }

    private static String workspace(int i) {
        return "ws_" + i % WORKSPACES;
    }

    private static Policy readPolicy() {
        String name = "policy.yaml";
        try (InputStream file = Objects.requireNonNull(Sample.class.getResourceAsStream(name), name)) {
            return Policy.parse(new String(file.readAllBytes(), StandardCharsets.UTF_8), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
