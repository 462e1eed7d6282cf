package dev.latchkey.config;

import dev.latchkey.config.value.InvalidSettingsException;
import dev.latchkey.config.value.NamedFile;
import dev.latchkey.config.value.RedisUri;
import dev.latchkey.config.value.SettingProblems;
import dev.latchkey.config.value.Values;
import java.util.Objects;

/**
 * The file that {@code redis.uri-file} names, for whoever looks at it again after the start. Immutable; a read sees what is there
 * then, through whatever links lead to it.
 */
public record RedisUriFile(NamedFile file) {

    /**
     * Reads the URI.
     *
     * @throws InvalidSettingsException with what is wrong, and no part of the content
     */
    public RedisUri read() {
        SettingProblems problems = new SettingProblems();
        RedisUri uri = Values.read(file, SettingTable.REDIS_URI, problems);
        problems.throwIfAny();
        return Objects.requireNonNull(uri, "no problem, so read");
    }
}
