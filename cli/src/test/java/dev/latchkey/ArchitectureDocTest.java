package dev.latchkey;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/architecture.md} and the house that it describes. */
class ArchitectureDocTest {
    private static final List<String> MODULES = List.of("proto", "core", "server", "control", "cli", "e2e");
    private static final Pattern PACKAGE = Pattern.compile("`([a-z0-9.]+)`");
    private static final Pattern CLASS = Pattern.compile("`([A-Z][A-Za-z0-9]+)`");
    private static final int MOST_FILES = 15;
    private static final int MOST_CHARACTERS = 120;

    @Test
    void packages_ofMainCode_areListed() throws IOException {
        Set<String> listed = new TreeSet<>();
        text().lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|")[1])
                .forEach(cell -> PACKAGE.matcher(cell).results().forEach(match -> listed.add(match.group(1))));

        assertThat(files("main").keySet()).allSatisfy(name -> assertThat(listed).contains(name));
    }

    @Test
    void packages_ofMainCode_areSmall() throws IOException {
        assertThat(files("main"))
                .hasSizeGreaterThan(50)
                .allSatisfy((name, files) -> assertThat(files).as(name).hasSizeLessThanOrEqualTo(MOST_FILES));
    }

    @Test
    void lines_ofMainCode_areAtMost120CharactersLong() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (String module : MODULES) {
            Path main = Path.of("..", module, "src", "main");
            if (!Files.exists(main)) {
                continue;
            }
            try (Stream<Path> all = Files.walk(main)) {
                for (Path file : all.filter(path -> path.toString().matches(".*\\.(java|proto)"))
                        .toList()) {
                    List<String> lines = Files.readAllLines(file);
                    for (int i = 0; i < lines.size(); i++) {
                        if (lines.get(i).length() > MOST_CHARACTERS) {
                            tooLong.add(file + ":" + (i + 1));
                        }
                    }
                }
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void classes_thatAreNamed_exist() throws IOException {
        Set<String> known = new TreeSet<>();
        files("main").values().forEach(known::addAll);
        files("test").values().forEach(known::addAll);
        List<String> named =
                CLASS.matcher(text()).results().map(match -> match.group(1)).toList();

        assertThat(named)
                .hasSizeGreaterThan(40)
                .allSatisfy(name -> assertThat(known).contains(name));
    }

    private static String text() throws IOException {
        return Files.readString(Path.of("../docs/architecture.md"));
    }

    /** Returns the names of the files of each package, without their ending. */
    private static Map<String, Set<String>> files(String kind) throws IOException {
        Map<String, Set<String>> packages = new TreeMap<>();
        for (String module : MODULES) {
            Path root = Path.of("..", module, "src", kind, "java", "dev", "latchkey");
            if (!Files.exists(root)) {
                continue;
            }
            try (Stream<Path> all = Files.walk(root)) {
                for (Path file :
                        all.filter(path -> path.toString().endsWith(".java")).toList()) {
                    String name = root.relativize(file.getParent()).toString().replace('/', '.');
                    packages.computeIfAbsent(name, key -> new TreeSet<>())
                            .add(file.getFileName().toString().replace(".java", ""));
                }
            }
        }
        return packages;
    }
}
