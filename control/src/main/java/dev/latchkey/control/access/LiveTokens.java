package dev.latchkey.control.access;

import dev.latchkey.config.AdminToken;
import dev.latchkey.config.Settings;
import dev.latchkey.config.TokensFile;
import dev.latchkey.log.TroubleLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin tokens that are currently valid. {@link #look} reads the tokens file again, if there is one. A token that
 * was removed from the file becomes invalid, whatever else is wrong with the file:
 *
 * <ul>
 *   <li>Valid entries are accepted, invalid entries are not, and {@link #problem} names them.
 *   <li>While every user can write the file, no new entry is accepted.
 *   <li>While the file cannot be read at all, its entries are unknown and the previous tokens remain valid.
 * </ul>
 *
 * <p>This class is thread-safe. {@link #find} does not block and costs the same for any number of tokens. {@link #look}
 * reads a file.
 */
public final class LiveTokens {
    private static final Logger log = LoggerFactory.getLogger(LiveTokens.class);
    private static final String PART = "tokens";
    private static final int NAMED = 10;

    private final Optional<TokensFile> file;
    private final TroubleLog trouble;
    private volatile Map<String, AdminToken> tokens;
    private volatile Optional<String> problem = Optional.empty();
    private @Nullable String lastText;

    /** @param nanos {@code System::nanoTime} */
    public LiveTokens(Settings.Control settings, LongSupplier nanos) {
        this.file = settings.tokensFile();
        this.trouble = new TroubleLog(nanos);
        this.tokens = byHash(settings.tokens());
    }

    /**
     * Returns the entry of {@code token} if the token is valid now. Entries are looked up by the hash of the token. The
     * duration of a lookup reveals nothing about any token, because nobody can choose a hash.
     */
    public Optional<AdminToken> find(String token) {
        return Optional.ofNullable(tokens.get(AdminToken.sha256Of(token)));
    }

    /** Returns why the tokens differ from the file, for people; empty if they do not, or if there is no file. */
    public Optional<String> problem() {
        return problem;
    }

    /** Reads the tokens file again, if there is one. */
    public synchronized void look() {
        file.ifPresent(this::read);
    }

    private void read(TokensFile source) {
        try {
            Optional<String> untrusted = source.untrusted();
            String text = source.text();
            if (untrusted.isPresent()) {
                lastText = null;
                List<AdminToken> kept = source.content(text).tokens().stream()
                        .filter(token -> token.equals(tokens.get(token.sha256())))
                        .toList();
                hold(kept);
                tell(Optional.of("nothing new holds from the file of admin tokens: " + untrusted.get()));
            } else if (!text.equals(lastText)) {
                TokensFile.Content content = source.content(text);
                hold(content.tokens());
                tell(content.problems().isEmpty() ? Optional.empty() : Optional.of(wrong(content.problems())));
                lastText = text;
            }
        } catch (IOException e) {
            lastText = null;
            tell(Optional.of("the admin tokens before hold on, since their file cannot be read: " + e.getMessage()));
        }
    }

    private void tell(Optional<String> what) {
        problem = what;
        what.ifPresentOrElse(
                wrong -> trouble.wrong(PART, wrong),
                () -> trouble.right(PART, "the file of admin tokens is sound again"));
    }

    private void hold(List<AdminToken> read) {
        Map<String, AdminToken> now = byHash(read);
        Map<String, AdminToken> before = tokens;
        if (!now.equals(before)) {
            tokens = now;
            log.info(
                    "{} admin tokens now; new: {}; ended: {}",
                    now.size(),
                    names(now.values(), before),
                    names(before.values(), now));
        }
    }

    private static String names(Collection<AdminToken> of, Map<String, AdminToken> without) {
        List<String> names = of.stream()
                .filter(token -> !token.equals(without.get(token.sha256())))
                .map(AdminToken::toString)
                .toList();
        return names.isEmpty() ? "none" : few(names, ", ");
    }

    private static String wrong(List<String> problems) {
        return "entries in the file of admin tokens are wrong and hold no longer: " + few(problems, "; ");
    }

    private static String few(List<String> all, String separator) {
        List<String> shown = new ArrayList<>(all.subList(0, Math.min(NAMED, all.size())));
        if (all.size() > NAMED) {
            shown.add("and " + (all.size() - NAMED) + " more");
        }
        return String.join(separator, shown);
    }

    private static Map<String, AdminToken> byHash(List<AdminToken> tokens) {
        return Collections.unmodifiableMap(
                tokens.stream().collect(Collectors.toMap(AdminToken::sha256, Function.identity())));
    }
}
