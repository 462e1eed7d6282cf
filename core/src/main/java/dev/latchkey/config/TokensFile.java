package dev.latchkey.config;

import java.util.List;
import java.util.Objects;

/**
 * The file that {@code control.tokens-file} names, for whoever looks at it again after the start. Immutable; a read sees what is
 * there then, through whatever links lead to it.
 */
public record TokensFile(NamedFile file) {

    /**
     * Reads the tokens, at least one.
     *
     * @throws InvalidSettingsException with every problem, and no part of a token or hash
     */
    public List<AdminToken> read() {
        Problems problems = new Problems();
        List<AdminToken> tokens = Values.read(file, SettingTable.CONTROL_TOKENS, problems);
        problems.throwIfAny();
        return Objects.requireNonNull(tokens, "no problem, so read");
    }
}
