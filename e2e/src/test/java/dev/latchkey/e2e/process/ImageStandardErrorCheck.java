package dev.latchkey.e2e.process;

import dev.latchkey.e2e.World;
import dev.latchkey.e2e.compose.Dockerfile;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link StandardErrorIT} with the options of the image, which only its JDK knows: {@code mvn verify -P image}. */
class ImageStandardErrorCheck {
    @RegisterExtension
    static final RealRedis REDIS = StandardErrorIT.REDIS;

    @ParameterizedTest
    @ValueSource(strings = {"sidecar", "control"})
    void process_ofTheImage_writesLinesOfItsLogAlone(String command) throws IOException {
        List<String> line = new ArrayList<>();
        World.json(Dockerfile.read().only("ENTRYPOINT")).forEach(word -> line.add(inThisBuild(word.asText())));
        line.removeIf(word -> word.startsWith("-XX:AOTCache=") || word.startsWith("-Djava.library.path="));

        new StandardErrorIT().assertLinesOfTheLog(line, command);
    }

    private static String inThisBuild(String word) {
        return switch (word) {
            case "java" ->
                Path.of(System.getProperty("java.home"), "bin", "java").toString();
            case "/opt/latchkey/latchkey-cli.jar" -> System.getProperty("java.class.path");
            default ->
                word.replace(
                        "@/opt/latchkey/sidecar.options", "@" + World.HOME.resolve("cli/src/main/jvm/sidecar.options"));
        };
    }
}
