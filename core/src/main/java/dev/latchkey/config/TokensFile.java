package dev.latchkey.config;

import dev.latchkey.config.value.NamedFile;
import dev.latchkey.config.value.SettingProblems;
import dev.latchkey.config.value.Values;
import dev.latchkey.exposure.FileExposure;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The file that {@code control.tokens-file} names, for callers that read the file again after startup. This class is
 * immutable. Each read follows symbolic links anew and returns the content at that moment.
 */
public record TokensFile(NamedFile file) {

    /**
     * The parsed content of the file.
     *
     * @param tokens the tokens of all sound entries; can be empty
     * @param problems the faults of the other entries, one line each, without any part of a token or hash
     */
    public record Content(List<AdminToken> tokens, List<String> problems) {
        public Content {
            tokens = List.copyOf(tokens);
            problems = List.copyOf(problems);
        }
    }

    /** Returns why the content of the file cannot be trusted; empty if the content can be trusted. */
    public Optional<String> untrusted() {
        return FileExposure.writableByAll(file.path()).map(what -> file.setting() + ": " + file.path() + ": " + what);
    }

    /**
     * Returns the whole text of the file.
     *
     * @throws IOException if the file cannot be read; the message is written for people
     */
    public String text() throws IOException {
        return file.readList();
    }

    /** Parses the tokens in {@code text}, which is the text of this file. */
    public Content content(String text) {
        SettingProblems problems = new SettingProblems();
        List<AdminToken> tokens =
                new AdminTokens().read(List.of(Values.content(file, SettingTable.CONTROL_TOKENS, text)), problems);
        return new Content(tokens, problems.lines());
    }
}
