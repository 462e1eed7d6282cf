package dev.latchkey.e2e.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.ManagedWorld;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.World;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The list of metrics, against what the processes show. */
@Tag("one-envoy")
class MetricsIT {
    private static final Pattern SHOWN = Pattern.compile("(?m)^# TYPE (latchkey_\\w+) ");
    private static final Pattern LISTED = Pattern.compile("(?m)^\\| `(latchkey_\\w+)[`{]");

    @Test
    void list_namesWhatIsShownAndNothingElse() throws IOException {
        try (ManagedWorld managed = new ManagedWorld()) {
            String list = Files.readString(World.HOME.resolve("docs/metrics.md"));
            String tables = list.substring(0, list.indexOf("## Be woken up for"));

            Set<String> shown = names(
                    SHOWN,
                    RawHttp.get(managed.world.sidecar.opsPort(), "/metrics").body());
            shown.addAll(
                    names(SHOWN, RawHttp.get(managed.control.port(), "/metrics").body()));

            // What is measured shows its greatest value apart.
            shown.removeIf(name -> name.endsWith("_max"));
            assertThat(names(LISTED, tables)).isEqualTo(shown);
        }
    }

    private static Set<String> names(Pattern pattern, String text) {
        Set<String> names = new TreeSet<>();
        pattern.matcher(text).results().forEach(match -> names.add(match.group(1)));
        return names;
    }
}
