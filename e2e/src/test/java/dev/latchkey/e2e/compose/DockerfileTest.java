package dev.latchkey.e2e.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.e2e.World;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the {@code Dockerfile} promises; {@link ImageCheck} carries its instructions out. */
class DockerfileTest {
    private static final Pattern MAVEN = Pattern.compile("mvn (-B -ntp [^\\n&)]*)");

    @Test
    void build_command_isTheLaunchers() throws IOException {
        String launcher = Files.readString(World.HOME.resolve("latchkey"));

        assertThat(maven(Files.readString(Dockerfile.PATH))).isEqualTo(maven(launcher));
    }

    @Test
    void images_theirTags_arePinned() throws IOException {
        Dockerfile dockerfile = Dockerfile.read();
        List<Dockerfile.Instruction> all = new ArrayList<>(dockerfile.build());
        all.addAll(dockerfile.runtime());

        assertThat(all)
                .filteredOn(instruction -> instruction.name().equals("FROM"))
                .extracting(Dockerfile.Instruction::arguments)
                .hasSize(2)
                .allMatch(from -> from.matches("[a-z-]+:[0-9]+\\.[0-9]+\\.[0-9]+[^ ]*( AS build)?"));
    }

    @Test
    void process_isTheJvmItself_andNotOfRoot() throws IOException {
        Dockerfile dockerfile = Dockerfile.read();

        // As a list: no shell stands between SIGTERM and the JVM.
        assertThat(World.json(dockerfile.only("ENTRYPOINT")).get(0).asText()).isEqualTo("java");
        assertThat(dockerfile.only("USER")).matches("[1-9][0-9]*:[1-9][0-9]*");
        // Nothing is installed: the base image is what its tag says.
        assertThat(dockerfile.runtime())
                .filteredOn(instruction -> instruction.name().equals("RUN"))
                .extracting(Dockerfile.Instruction::arguments)
                .singleElement()
                .asString()
                .startsWith("java @/opt/latchkey/sidecar.options ");
    }

    /** For each command of the image, and so for each service of {@code docker-compose.yml}. */
    @Test
    void process_withoutMemory_ends() throws IOException {
        List<String> entryPoint = new ArrayList<>();
        World.json(Dockerfile.read().only("ENTRYPOINT")).forEach(word -> entryPoint.add(word.asText()));

        assertThat(entryPoint).contains("@/opt/latchkey/sidecar.options");
        assertThat(Files.readAllLines(World.HOME.resolve("cli/src/main/jvm/sidecar.options")))
                .contains("-XX:+ExitOnOutOfMemoryError", "-XX:+DisplayVMOutputToStderr");
        assertThat(ComposeFile.read().services())
                .filteredOn(service -> service.field("build") != null)
                .isNotEmpty()
                .allMatch(service -> service.field("entrypoint") == null);
    }

    /** The JVM writes its warnings itself, and waits for the reader of standard error. */
    @Test
    void process_jvm_hasNothingToWarnOf() throws IOException {
        assertThat(Dockerfile.read().only("ENTRYPOINT"))
                .contains("\"--enable-native-access=ALL-UNNAMED\"", "\"--sun-misc-unsafe-memory-access=allow\"");
    }

    private static String maven(String text) {
        Matcher matcher = MAVEN.matcher(text);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1).strip();
    }
}
