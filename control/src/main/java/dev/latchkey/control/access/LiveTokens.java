package dev.latchkey.control.access;

import dev.latchkey.config.AdminToken;
import dev.latchkey.config.InvalidSettingsException;
import dev.latchkey.config.Settings;
import dev.latchkey.config.TokensFile;
import dev.latchkey.index.TroubleLog;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin tokens that hold now. Those of a file of their own are read again by {@link #look}: what was removed holds no longer
 * from the next call on. While the file is missing or wrong, the tokens before it hold, and {@link #problem} says why.
 *
 * <p>This class is thread-safe. {@link #get} does not block; {@link #look} reads a file.
 */
public final class LiveTokens implements Supplier<List<AdminToken>> {
    private static final Logger log = LoggerFactory.getLogger(LiveTokens.class);
    private static final String PART = "tokens";

    private final Optional<TokensFile> file;
    private final TroubleLog trouble;
    private volatile List<AdminToken> tokens;
    private volatile Optional<String> problem = Optional.empty();

    /** @param nanos {@code System::nanoTime} */
    public LiveTokens(Settings.Control settings, LongSupplier nanos) {
        this.file = settings.tokensFile();
        this.trouble = new TroubleLog(nanos);
        this.tokens = settings.tokens();
    }

    @Override
    public List<AdminToken> get() {
        return tokens;
    }

    /** Returns why the tokens are not those of the file, for people; empty if they are, or there is no file. */
    public Optional<String> problem() {
        return problem;
    }

    /** Reads the file again, if there is one. */
    public synchronized void look() {
        file.ifPresent(this::read);
    }

    private void read(TokensFile source) {
        try {
            List<AdminToken> read = List.copyOf(source.read());
            if (!read.equals(tokens)) {
                tokens = read;
                log.info("admin tokens now: {}", read);
            }
            problem = Optional.empty();
            trouble.right(PART, "the file of admin tokens is sound again");
        } catch (InvalidSettingsException e) {
            String what =
                    "the admin tokens before hold on, since their file is wrong: " + String.join("; ", e.problems());
            problem = Optional.of(what);
            trouble.wrong(PART, what);
        }
    }
}
