package dev.latchkey.config;

import dev.latchkey.config.value.InvalidSettingsException;
import dev.latchkey.config.value.RedisUri;
import dev.latchkey.log.TroubleLog;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current URI of Redis with its login. {@link #get} reads a {@code redis.uri-file} again for each new connection,
 * so that a password can change without a restart. While the file is missing or invalid, the last valid URI remains in
 * use and {@link #problem} returns the reason. A change between plain text and TLS requires a restart.
 *
 * <p>This class is thread-safe. {@link #get} reads a small file.
 */
public final class LiveRedisUri implements Supplier<RedisUri> {
    private static final Logger log = LoggerFactory.getLogger(LiveRedisUri.class);
    private static final String PART = "redis.uri-file";

    private final Optional<RedisUriFile> file;
    private final TroubleLog trouble;
    private volatile RedisUri uri;
    private volatile Optional<String> problem = Optional.empty();

    /** @param nanos {@code System::nanoTime} */
    public LiveRedisUri(Settings.Redis settings, LongSupplier nanos) {
        this.file = settings.uriFile();
        this.uri = settings.uri();
        this.trouble = new TroubleLog(nanos);
    }

    @Override
    public RedisUri get() {
        file.ifPresent(this::read);
        return uri;
    }

    /**
     * Returns why the URI in use is not the URI in the file, for people and without secrets; empty if both are the same
     * or no file is set.
     */
    public Optional<String> problem() {
        return problem;
    }

    private synchronized void read(RedisUriFile source) {
        try {
            RedisUri read = source.read();
            if (read.isTls() != uri.isTls()) {
                wrong("it is " + read + " now (expected: " + (uri.isTls() ? "rediss" : "redis")
                        + ":// as at the start, or a restart)");
                return;
            }
            if (!read.equals(uri)) {
                uri = read;
                log.info("redis.uri is now {}", read);
            }
            problem = Optional.empty();
            trouble.right(PART, "the file of redis.uri is sound again");
        } catch (InvalidSettingsException e) {
            wrong(String.join("; ", e.problems()));
        }
    }

    private void wrong(String what) {
        String text = "the redis.uri before holds on, since its file is wrong: " + what;
        problem = Optional.of(text);
        trouble.wrong(PART, text);
    }
}
