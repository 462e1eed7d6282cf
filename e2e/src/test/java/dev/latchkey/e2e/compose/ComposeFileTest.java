package dev.latchkey.e2e.compose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.config.SettingInfo;
import dev.latchkey.config.SettingsLoader;
import dev.latchkey.e2e.Shell;
import dev.latchkey.e2e.World;
import dev.latchkey.redis.health.RedisUsers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * That the parts of {@code docker-compose.yml} fit each other and the repository; {@link ComposeIT} runs what it
 * describes.
 */
class ComposeFileTest {
    private static final ComposeFile COMPOSE = ComposeFile.read();
    private static final String SECRETS = "/run/secrets/";

    @TempDir
    private Path folder;

    static List<ComposeFile.Service> services() {
        return COMPOSE.services();
    }

    @ParameterizedTest
    @MethodSource("services")
    void service_anyOfThem_isHardened(ComposeFile.Service service) throws IOException {
        assertThat(service.field("read_only")).isEqualTo(true);
        assertThat(service.list("cap_drop")).containsExactly("ALL");
        assertThat(service.list("security_opt")).containsExactly("no-new-privileges:true");
        assertThat(service.fields())
                .doesNotContainKeys(
                        "privileged", "cap_add", "network_mode", "pid", "devices", "tmpfs", "container_name");
        String user = service.field("build") == null
                ? service.text("user")
                : Dockerfile.read().only("USER");
        assertThat(user).matches("[1-9][0-9]*:[1-9][0-9]*");
        if (service.field("build") == null) {
            assertThat(service.text("image")).as("pinned").matches("[a-z/]+:v?[0-9]+\\.[0-9]+\\.[0-9]+");
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    void service_whatItNames_isThere(ComposeFile.Service service) {
        service.dependsOn().forEach((name, condition) -> {
            assertThat(COMPOSE.section("services")).containsKey(name);
            assertThat(condition).isEqualTo("service_healthy");
            assertThat(COMPOSE.service(name).healthCheck()).as(name).isNotEmpty();
        });
        assertThat(COMPOSE.section("networks").keySet()).containsAll(service.list("networks"));
        assertThat(COMPOSE.section("secrets").keySet()).containsAll(service.list("secrets"));
        service.mounts().forEach((inside, outside) -> {
            if (outside.startsWith("./")) {
                assertThat(World.HOME.resolve(outside)).exists();
            } else {
                assertThat(COMPOSE.section("volumes")).containsKey(outside);
            }
        });
        if (service.list("profiles").isEmpty()) {
            assertThat(service.healthCheck()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("services")
    void service_itsPorts_arePublishedOnLoopbackOnly(ComposeFile.Service service) {
        assertThat(service.list("ports")).allMatch(port -> port.matches("127\\.0\\.0\\.1:([0-9]+):\\1"));
    }

    @ParameterizedTest
    @MethodSource("services")
    void service_itsVariables_areSettingsAndNameFilesThatItHas(ComposeFile.Service service) {
        Set<String> known = new HashSet<>(Set.of("LATCHKEY_CONTROL", "LATCHKEY_TOKEN"));
        SettingsLoader.reference().stream().map(SettingInfo::variables).forEach(known::addAll);

        service.environment().forEach((variable, value) -> {
            assertThat(known).contains(variable);
            if (value.startsWith(SECRETS)) {
                assertThat(service.list("secrets")).contains(value.substring(SECRETS.length()));
            } else if (value.startsWith("/")) {
                assertThat(service.mounts()).containsKey(value);
            }
        });
        // By file: what is in the environment can be read by who may look at the container.
        assertThat(service.environment())
                .doesNotContainKeys("LATCHKEY_PEPPERS", "LATCHKEY_REDIS_URI", "LATCHKEY_CONTROL_TOKENS");
    }

    @Test
    void redis_isDurableAndOutOfReachOfEnvoyAndTheBackends() {
        ComposeFile.Service redis = COMPOSE.service("redis");

        assertThat(String.join(" ", redis.list("command")))
                .contains("--aclfile /run/secrets/redis-users", "--appendonly yes", "--maxmemory-policy noeviction");
        assertThat(redis.mounts()).containsKey("/data");
        assertThat(redis.list("networks")).containsExactly("store");
        for (String other : List.of("envoy", "upstream", "upstream-test", "cli")) {
            assertThat(COMPOSE.service(other).list("networks")).doesNotContain("store");
        }
        assertThat(redis.list("ports")).isEmpty();
    }

    @Test
    void stopGracePeriod_ofTheSidecar_isLongerThanItsDrain() {
        assertThat(COMPOSE.service("sidecar").text("stop_grace_period")).isEqualTo("20s");
        assertThat(SettingsLoader.reference())
                .filteredOn(setting -> setting.key().startsWith("drain."))
                .extracting(SettingInfo::fallback)
                .containsExactlyInAnyOrder("2s", "10s");
    }

    @Test
    void makeSecrets_makesEachFileThatComposeMounts_andTheTokenForItsUserAlone() throws IOException {
        Path made = makeSecrets(folder);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rwx------");
        for (Map.Entry<String, Path> secret : COMPOSE.secretFiles().entrySet()) {
            assertThat(secret.getValue().getParent()).isEqualTo(Path.of("deploy/compose/secrets"));
            Path file = made.resolve(secret.getValue().getFileName());
            // The user in the container is another than the file's owner.
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("r--r--r--");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.resolve("token"))))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(made)) {
            assertThat(files).hasSize(COMPOSE.secretFiles().size() + 1);
        }
    }

    @Test
    void makeSecrets_whatIsThere_isKept() throws IOException {
        Path made = makeSecrets(folder);
        String peppers = Files.readString(made.resolve("peppers"));

        makeSecrets(folder);

        assertThat(made.resolve("peppers")).hasContent(peppers.strip());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(made, folder.resolve("make-secrets"));
        }
    }

    @Test
    void makeSecrets_theUsersOfRedis_canDoWhatTheProcessesNeedAndNoMore() throws IOException {
        List<String> users = Files.readAllLines(makeSecrets(folder).resolve("redis-users"));

        assertThat(users).hasSize(4);
        // Every right, or Redis drops what it reads from its own append-only file.
        assertThat(users.get(0)).isEqualTo("user default off ~* &* +@all");
        assertThat(users.get(1)).isEqualTo("user health on nopass +ping");
        assertThat(users.get(2))
                .matches("user sidecar on #[0-9a-f]{64} .*")
                .endsWith(" " + String.join(" ", RedisUsers.sidecar("latchkey:")));
        assertThat(users.get(3))
                .matches("user control on #[0-9a-f]{64} .*")
                .endsWith(" " + String.join(" ", RedisUsers.control("latchkey:")));
    }

    @Test
    void secrets_theirFolder_isNeitherCommittedNorSentToABuild() throws IOException {
        assertThat(Files.readAllLines(World.HOME.resolve(".gitignore"))).contains("/deploy/compose/secrets*/");
        List<String> sent = Files.readAllLines(World.HOME.resolve(".dockerignore"));
        assertThat(sent).contains("*").doesNotContain("!deploy");
        assertThat(sent.indexOf("*")).isLessThan(sent.indexOf("!cli"));
    }

    /** A file that differs in its addresses alone: four sockets, three ways to find them, and not one line more. */
    @Test
    void envoySed_onTheReferenceConfiguration_changesAddressesAlone() throws IOException {
        Path reference = World.HOME.resolve("envoy/envoy.yaml");
        List<String> before = Files.readAllLines(reference);
        List<String> after = Shell.run(List.of(
                        "sed",
                        "-f",
                        World.HOME.resolve("deploy/compose/envoy.sed").toString(),
                        reference.toString()))
                .output()
                .lines()
                .toList();

        assertThat(after).hasSameSizeAs(before);
        List<String> changed =
                after.stream().filter(line -> !before.contains(line)).toList();
        assertThat(changed)
                .map(String::strip)
                .filteredOn(line -> line.startsWith("type:"))
                .isEqualTo(List.of("type: STRICT_DNS", "type: STRICT_DNS", "type: STRICT_DNS"));
        assertThat(changed)
                .filteredOn(line -> line.contains("socket_address"))
                .map(line -> line.replaceFirst(".*\\{ address: (.*?) }.*", "$1"))
                .containsExactly(
                        "0.0.0.0, port_value: 10000",
                        "sidecar, port_value: 9191",
                        "upstream, port_value: 8080",
                        "upstream-test, port_value: 8081");
        assertThat(changed).hasSize(7);
    }

    /** Returns the folder with what the real script makes in {@code folder}. */
    static Path makeSecrets(Path folder) throws IOException {
        Path script = folder.resolve("make-secrets");
        if (!Files.exists(script)) {
            Files.copy(World.HOME.resolve("deploy/compose/make-secrets"), script);
        }
        Shell.Outcome outcome = Shell.run(List.of("bash", script.toString()));
        assertThat(outcome.status()).as(outcome.output()).isZero();
        return folder.resolve("secrets");
    }
}
