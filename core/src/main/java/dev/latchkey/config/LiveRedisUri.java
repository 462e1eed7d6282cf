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
 * Where Redis is now and as whom to log in. A {@code redis.uri-file} is read again by each {@link #get}, which is for each new
 * connection; so a password can be changed without a restart. While the file is missing or wrong, what was read last holds, and
 * {@link #problem} says why. A change between plain text and TLS needs a restart.
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

    /** Returns why the URI is not that of the file, for people; empty if it is, or there is no file. Holds no secret. */
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
