package dev.latchkey.config;

import dev.latchkey.config.value.InvalidSettingsException;
import dev.latchkey.config.value.NamedFile;
import dev.latchkey.config.value.RedisUri;
import dev.latchkey.config.value.SettingProblems;
import dev.latchkey.config.value.Values;
import java.util.Objects;

/**
 * The file that {@code redis.uri-file} names, for callers that read the file again after startup. This class is
 * immutable. Each read follows symbolic links anew and returns the content at that moment.
 */
public record RedisUriFile(NamedFile file) {

    /**
     * Reads the URI from the file.
     *
     * @throws InvalidSettingsException if the file is unreadable or the URI is invalid; no message quotes the content
     */
    public RedisUri read() {
        SettingProblems problems = new SettingProblems();
        RedisUri uri = Values.read(file, SettingTable.REDIS_URI, problems);
        problems.throwIfAny();
        return Objects.requireNonNull(uri, "no problem, so read");
    }
}
