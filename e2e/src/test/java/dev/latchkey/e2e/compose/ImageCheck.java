package dev.latchkey.e2e.compose;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.latchkey.cli.demo.Ports;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.e2e.RawHttp;
import dev.latchkey.e2e.Shell;
import dev.latchkey.e2e.World;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The {@code Dockerfile} without a container engine: its build stage's instructions are carried out in a clean folder,
 * its runtime stage's copies made from that, and its entry point started from there. As root, on Linux, by the user
 * that it names, without a capability, and where the whole file system is read-only and {@code /tmp} is empty. Builds
 * the product once more, so it is in the profile {@code image} alone; needs a JDK 25, as the image has.
 */
class ImageCheck {
    private static final Path ROOT = World.HOME.resolve("e2e/target/image");
    private static final Path BUILD = ROOT.resolve("build");
    private static final Path RUNTIME = ROOT.resolve("runtime");
    private static final boolean IS_ROOT = System.getProperty("user.name").equals("root");
    /** Where the runtime's tree is seen when the rest is hidden. */
    private static final String SEEN = IS_ROOT ? "/mnt" : RUNTIME.toString();

    private static Dockerfile dockerfile;

    @BeforeAll
    static void build() throws IOException {
        dockerfile = Dockerfile.read();
        Shell.run(List.of("rm", "-rf", ROOT.toString()));
        Path folder = BUILD;
        for (Dockerfile.Instruction instruction : dockerfile.build()) {
            switch (instruction.name()) {
                case "FROM" -> Files.createDirectories(BUILD);
                case "WORKDIR" -> folder = Files.createDirectories(inBuild(instruction.arguments()));
                case "COPY" -> copyContext(instruction.arguments(), folder);
                case "RUN" -> run(instruction.arguments(), folder);
                default -> throw new AssertionError(instruction);
            }
        }
        Files.createDirectories(RUNTIME);
        for (Dockerfile.Instruction instruction : dockerfile.runtime()) {
            if (instruction.name().equals("COPY")) {
                copyFromBuild(instruction.arguments());
            } else if (instruction.name().equals("WORKDIR")) {
                Files.createDirectories(inRuntime(instruction.arguments()));
            } else if (instruction.name().equals("RUN")) {
                runInRuntime(instruction.arguments());
            }
        }
        Files.copy(
                World.HOME.resolve("envoy/policy.yaml"),
                inRuntime(dockerfile.only("WORKDIR")).resolve("policy.yaml"));
        assertThat(Shell.run(List.of("chmod", "-R", "a-w,a+rX", RUNTIME.toString()))
                        .status())
                .isZero();
    }

    @Test
    void version_isPrinted_andNothingElse() throws IOException {
        Shell.Outcome outcome = Shell.run(process(Map.of(), "--version"));

        assertThat(outcome.status()).isZero();
        assertThat(outcome.output()).matches("latchkey [0-9.]+(-SNAPSHOT)?\n");
    }

    @Test
    void help_isWhatComesWithoutArguments() throws IOException {
        String cmd = World.json(dockerfile.only("CMD")).get(0).asText();

        assertThat(Shell.run(process(Map.of(), cmd)).output()).startsWith("Usage: latchkey ");
    }

    /** A Unix socket: the native library for it, which is unpacked into /tmp otherwise, is there. */
    @Test
    void sidecar_onAReadOnlySystem_answersAndEndsOnSigterm() throws Exception {
        int ops = Ports.any();
        Map<String, String> variables = new TreeMap<>(Map.of(
                "LATCHKEY_PEPPERS",
                World.PEPPER,
                "LATCHKEY_REDIS_URI",
                "redis://127.0.0.1:1",
                "LATCHKEY_AUTHZ_LISTEN",
                "unix:@latchkey-image-" + ProcessHandle.current().pid(),
                "LATCHKEY_OPS_LISTEN",
                "127.0.0.1:" + ops,
                "LATCHKEY_READY_GRACE",
                "0s"));
        Process sidecar =
                process(variables, "sidecar").redirectErrorStream(true).start();
        try {
            Awaitility.await().atMost(1, TimeUnit.MINUTES).ignoreExceptions().until(() -> {
                assertThat(sidecar.isAlive()).isTrue();
                return Shell.run(List.of("bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + ops))
                                        .status()
                                == 0
                        && RawHttp.send(ops, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
                                        .status()
                                == 200;
            });

            // To the process that the entry point became: no shell is in between.
            CommandProcess.signal(sidecar.pid(), "TERM");

            assertThat(sidecar.waitFor(30, TimeUnit.SECONDS)).isTrue();
            String log = new String(sidecar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(sidecar.exitValue()).as(log).isZero();
            assertThat(log).contains("answering checks on unix:@latchkey-image-", "stopped");
        } finally {
            sidecar.destroyForcibly();
        }
    }

    @Test
    void tree_isAFolderOfJars_withoutWhatTheImageDoesNotNeed() throws IOException {
        try (Stream<Path> files = Files.walk(RUNTIME)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> RUNTIME.relativize(file).toString()))
                    .allMatch(
                            name -> name.matches("opt/latchkey/(latchkey-cli\\.jar|lib/[^/]+\\.jar|native/[^/]+\\.so)")
                                    || name.matches("opt/latchkey/sidecar\\.(options|aot)")
                                    || name.equals("etc/latchkey/policy.yaml"))
                    .contains("opt/latchkey/sidecar.aot")
                    .anyMatch(name -> name.startsWith("opt/latchkey/lib/latchkey-core-"));
        }
    }

    /**
     * Returns the entry point with {@code arguments}, by the image's user on a read-only system if this process may.
     */
    private static ProcessBuilder process(Map<String, String> variables, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (IS_ROOT) {
            String[] user = dockerfile.only("USER").split(":");
            command.addAll(List.of(
                    "unshare",
                    "--mount",
                    "bash",
                    "-c",
                    "mount --bind " + RUNTIME + " /mnt && mount -t tmpfs -o ro none /tmp && mount -o remount,ro,bind /"
                            + " && mount -o remount,ro,bind /mnt && exec setpriv --reuid " + user[0] + " --regid "
                            + user[1] + " --clear-groups --no-new-privs --bounding-set=-all \"$@\"",
                    "bash"));
        }
        for (JsonNode word : World.json(dockerfile.only("ENTRYPOINT"))) {
            command.add(word.asText().replace("/opt/latchkey", SEEN + "/opt/latchkey"));
        }
        int java = command.indexOf("java");
        command.set(
                java, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("LATCHKEY_"));
        builder.environment().put("LATCHKEY_POLICY", SEEN + "/etc/latchkey/policy.yaml");
        builder.environment().putAll(variables);
        return builder;
    }

    /** What {@code .dockerignore} lets through. */
    private static void copyContext(String arguments, Path folder) throws IOException {
        assertThat(arguments).isEqualTo(". .");
        List<String> lines = Files.readAllLines(World.HOME.resolve(".dockerignore")).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
        assertThat(lines).startsWith("*").endsWith("**/target");
        List<String> tar = new ArrayList<>(List.of("tar", "-C", World.HOME.toString(), "--exclude=target", "-cf", "-"));
        lines.stream().filter(line -> line.startsWith("!")).forEach(line -> tar.add(line.substring(1)));
        run(String.join(" ", tar) + " | tar -x", folder);
    }

    private static void copyFromBuild(String arguments) {
        String[] words = arguments.split(" ");
        assertThat(words).hasSize(3);
        assertThat(words[0]).isEqualTo("--from=build");
        Path target = inRuntime(words[2]);
        boolean intoFolder = words[2].endsWith("/");
        run(
                "mkdir -p " + (intoFolder ? target : target.getParent()) + " && cp -r " + inBuild(words[1]) + " "
                        + target,
                World.HOME);
    }

    private static void run(String command, Path folder) {
        String plain = command.replaceAll("--mount=\\S+ +", "");
        Shell.Outcome outcome =
                Shell.run(new ProcessBuilder("bash", "-o", "pipefail", "-c", plain).directory(folder.toFile()));
        assertThat(outcome.status()).as(plain + "\n" + outcome.output()).isZero();
    }

    /** Where the process will see the tree, since a JVM's cache knows its class path by name. */
    private static void runInRuntime(String command) {
        String here = command.replace("/opt/latchkey", SEEN + "/opt/latchkey")
                .replaceFirst("^java ", System.getProperty("java.home") + "/bin/java ");
        Shell.Outcome outcome = IS_ROOT
                ? Shell.run(List.of("unshare", "--mount", "bash", "-c", "mount --bind " + RUNTIME + " /mnt && " + here))
                : Shell.run(List.of("bash", "-c", here));
        assertThat(outcome.status()).as(here + "\n" + outcome.output()).isZero();
    }

    private static Path inBuild(String path) {
        return BUILD.resolve(path.substring(1));
    }

    private static Path inRuntime(String path) {
        return RUNTIME.resolve(path.substring(1));
    }
}
