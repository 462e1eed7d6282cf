package dev.latchkey.e2e.compose;

import dev.latchkey.e2e.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What {@code docker-compose.yml} says. */
final class ComposeFile {
    static final Path PATH = World.HOME.resolve("docker-compose.yml");

    private final Map<String, Object> root;

    private ComposeFile(Map<String, Object> root) {
        this.root = root;
    }

    static ComposeFile read() {
        try {
            return new ComposeFile(new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(PATH)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    List<Service> services() {
        return section("services").keySet().stream().map(this::service).toList();
    }

    Service service(String name) {
        return new Service(name, mapping(section("services").get(name)));
    }

    /** Returns a section at the top by the names in it; the value of one that says no more is null. */
    Map<String, Object> section(String name) {
        return mapping(root.get(name));
    }

    /** Returns the file of each secret. */
    Map<String, Path> secretFiles() {
        Map<String, Path> files = new LinkedHashMap<>();
        section("secrets")
                .forEach((name, secret) ->
                        files.put(name, Path.of((String) mapping(secret).get("file"))));
        return files;
    }

    /** One service. */
    record Service(String name, Map<String, Object> fields) {

        Object field(String field) {
            return fields.get(field);
        }

        String text(String field) {
            return (String) fields.get(field);
        }

        List<String> list(String field) {
            return texts(fields.get(field));
        }

        Map<String, String> environment() {
            return mapping(fields.get("environment")).entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, e -> Objects.toString(e.getValue(), "")));
        }

        /** Returns the condition for each service that is to be there before. */
        Map<String, String> dependsOn() {
            return mapping(fields.get("depends_on")).entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, e ->
                            (String) mapping(e.getValue()).get("condition")));
        }

        /** Returns the words of the health check's command, without {@code CMD}; empty if there is none. */
        List<String> healthCheck() {
            List<String> test = texts(mapping(fields.get("healthcheck")).get("test"));
            return test.isEmpty() ? test : test.subList(1, test.size());
        }

        /** Returns where in the container each file or folder of the repository is, or each volume. */
        Map<String, String> mounts() {
            Map<String, String> mounts = new LinkedHashMap<>();
            for (String volume : list("volumes")) {
                String[] parts = volume.split(":");
                mounts.put(parts[1], parts[0]);
            }
            return mounts;
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> mapping(Object value) {
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    private static List<String> texts(Object value) {
        return value == null
                ? List.of()
                : ((List<?>) value).stream().map(Object::toString).toList();
    }
}
