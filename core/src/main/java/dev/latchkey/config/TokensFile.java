package dev.latchkey.config;

import dev.latchkey.config.value.NamedFile;
import dev.latchkey.config.value.SettingProblems;
import dev.latchkey.config.value.Values;
import dev.latchkey.exposure.FileExposure;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The file that {@code control.tokens-file} names, for whoever looks at it again after the start. Immutable; a read sees what is
 * there then, through whatever links lead to it.
 */
public record TokensFile(NamedFile file) {

    /**
     * What the file holds.
     *
     * @param tokens those of all entries without a fault; may be none
     * @param problems what is wrong with the others, a line each and no part of a token or hash
     */
    public record Content(List<AdminToken> tokens, List<String> problems) {
        public Content {
            tokens = List.copyOf(tokens);
            problems = List.copyOf(problems);
        }
    }

    /** Returns why what is in the file cannot be trusted; empty if it can. */
    public Optional<String> untrusted() {
        return FileExposure.writableByAll(file.path()).map(what -> file.setting() + ": " + file.path() + ": " + what);
    }

    /**
     * Returns the whole text.
     *
     * @throws IOException if the file cannot be read at all, with a message for people
     */
    public String text() throws IOException {
        return file.readList();
    }

    /** Reads the tokens in {@code text}, which is the file's. */
    public Content content(String text) {
        SettingProblems problems = new SettingProblems();
        List<AdminToken> tokens =
                new AdminTokens().read(List.of(Values.content(file, SettingTable.CONTROL_TOKENS, text)), problems);
        return new Content(tokens, problems.lines());
    }
}
