package dev.latchkey.cli.keys.imports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.FakeControl;
import dev.latchkey.cli.Run;
import dev.latchkey.cli.environment.SecretInput;
import dev.latchkey.cli.environment.Surroundings;
import dev.latchkey.cli.environment.Termination;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.v1.ImportKeysRequest;
import dev.latchkey.v1.ImportKeysResponse;
import dev.latchkey.v1.ImportOutcome;
import dev.latchkey.v1.ImportResult;
import dev.latchkey.v1.ImportViolation;
import dev.latchkey.v1.Key;
import dev.latchkey.v1.KeyState;
import dev.latchkey.v1.KeyToImport;
import io.grpc.Status;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeysImportCommandTest {
    private static final String KEY = "opt_live_0000000000000000000000000000000046uziL";
    private static final String OTHER = "opt_live_abc123def456ghi789";

    private final FakeControl control;

    @TempDir
    private Path folder;

    KeysImportCommandTest() throws IOException {
        control = new FakeControl();
    }

    @AfterEach
    void close() {
        control.close();
    }

    @Test
    void import_keysAndJsonLines_areSentAndCounted() {
        control.answer(results(ImportOutcome.IMPORTED, ImportOutcome.EXISTED, ImportOutcome.IMPORTED));

        Run run = run("""
                # from the old gateway
                %s\r

                  {"secret":"%s","name":"CRM","scopes":["cases:read","cases:write"],"expire_time":"2027-01-31T00:00:00Z"}
                {"secret": "%s"}
                """.formatted(KEY, OTHER, KEY), "--scope", "cases:read", "--request-id", "move-1");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("imported 2, existed 1, refused 0\n");
        assertThat(control.requests())
                .containsExactly(ImportKeysRequest.newBuilder()
                        .setWorkspace("ws_1")
                        .addScopes("cases:read")
                        .setRequestId("move-1")
                        .addKeys(KeyToImport.newBuilder().setSecret(KEY))
                        .addKeys(KeyToImport.newBuilder()
                                .setSecret(OTHER)
                                .setName("CRM")
                                .addScopes("cases:read")
                                .addScopes("cases:write")
                                .setExpireTime(ProtoValues.timestamp(Instant.parse("2027-01-31T00:00:00Z"))))
                        .addKeys(KeyToImport.newBuilder().setSecret(KEY))
                        .build());
    }

    @Test
    void import_olderWordsOfJsonLines_areTakenToo() {
        control.answer(results(ImportOutcome.IMPORTED));

        Run run = run("{\"key\":\"" + KEY + "\",\"expires_at\":\"2027-01-31T00:00:00Z\"}");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(request(0).getKeysList())
                .containsExactly(KeyToImport.newBuilder()
                        .setSecret(KEY)
                        .setExpireTime(ProtoValues.timestamp(Instant.parse("2027-01-31T00:00:00Z")))
                        .build());
    }

    @Test
    void import_wordsOfRest_areTaken() {
        control.answer(results(ImportOutcome.IMPORTED, ImportOutcome.IMPORTED));

        Run run = run("{\"secret\":\"" + KEY + "\",\"name\":null,\"lifetime\":\"3600.5s\",\"expire_time\":null}\n"
                + "{\"secret\":\"" + OTHER + "\",\"lifetime\":\"90d\"}");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(request(0).getKeysList())
                .containsExactly(
                        KeyToImport.newBuilder()
                                .setSecret(KEY)
                                .setLifetime(ProtoValues.duration(Duration.ofMillis(3_600_500)))
                                .build(),
                        KeyToImport.newBuilder()
                                .setSecret(OTHER)
                                .setLifetime(ProtoValues.duration(Duration.ofDays(90)))
                                .build());
    }

    static Stream<Arguments> encodings() {
        return Stream.of(
                Arguments.of("UTF-8 with a mark", StandardCharsets.UTF_8, "\ufeff"),
                Arguments.of("UTF-16LE with a mark", StandardCharsets.UTF_16LE, "\ufeff"),
                Arguments.of("UTF-16BE with a mark", StandardCharsets.UTF_16BE, "\ufeff"),
                Arguments.of("UTF-16LE", StandardCharsets.UTF_16LE, ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("encodings")
    void import_fileAsWindowsWritesIt_everyKeyOfItIsSent(String row, Charset encoding, String mark) throws IOException {
        control.answer(results(ImportOutcome.IMPORTED, ImportOutcome.IMPORTED, ImportOutcome.IMPORTED));
        String text = mark + KEY + "\r\n\r\n{\"secret\":\"" + OTHER + "\",\"name\":\"Zürich\"}\r\n" + KEY;
        Path file = Files.write(folder.resolve("keys.txt"), text.getBytes(encoding));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        Run run = run("", "--file", file.toString());

        assertThat(run).isEqualTo(new Run(0, "imported 3, existed 0, refused 0\n", ""));
        assertThat(request(0).getKeysList()).extracting(KeyToImport::getSecret).containsExactly(KEY, OTHER, KEY);
        assertThat(request(0).getKeys(1).getName()).isEqualTo("Zürich");
    }

    @Test
    void import_thousandsOfWrongLines_namesAHundredAndCountsTheOthers() {
        Run run = run("{\n".repeat(5000));

        assertThat(run.status()).isEqualTo(CommandFailure.REFUSED);
        assertThat(run.out()).isEqualTo("imported 0, existed 0, refused 5000\n");
        assertThat(run.err().lines()).hasSize(101);
        assertThat(run.err().lines().skip(99)).first().asString().startsWith("line 100: ");
        assertThat(run.err()).endsWith("\nand 4900 refused lines more\n");
    }

    @Test
    void import_keyThatIsRevoked_saysThatItStaysSo() {
        control.answer(ImportKeysResponse.newBuilder()
                .addResults(ImportResult.newBuilder()
                        .setOutcome(ImportOutcome.EXISTED)
                        .setKey(Key.newBuilder().setId("key_1").setState(KeyState.REVOKED)))
                .build());

        Run run = run("# one\n" + KEY);

        assertThat(run.out()).isEqualTo("imported 0, existed 1, refused 0\n");
        assertThat(run.err()).startsWith("line 2: key_1 is revoked and stays revoked");
    }

    @Test
    void import_dash_isStandardInput() {
        for (List<String> dash : List.of(List.of("-"), List.of("--file", "-"), List.of("--file=-"))) {
            control.answer(results(ImportOutcome.IMPORTED));

            Run run = run(KEY, dash.toArray(String[]::new));

            assertThat(run).isEqualTo(new Run(0, "imported 1, existed 0, refused 0\n", ""));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys.txt", KEY, "foreign-form-abcdef"})
    void import_otherArgumentThanDash_isWrongUsageAndNotRepeated(String argument) {
        Run run = run(KEY, argument);

        assertThat(run.status()).isEqualTo(CommandFailure.USAGE);
        assertThat(run.err()).contains("- for standard input, or --file FILE").doesNotContain(argument);
        assertThat(control.requests()).isEmpty();
    }

    @Test
    void import_dashAndFile_isWrongUsage() {
        Run run = run(KEY, "-", "--file", "keys.txt");

        assertThat(run.status()).isEqualTo(CommandFailure.USAGE);
        assertThat(run.err()).contains("mutually exclusive");
    }

    @Test
    void import_fromATerminal_saysWhatItWaitsFor() {
        control.answer(results(ImportOutcome.IMPORTED));
        SecretInput terminal = new SecretInput() {
            @Override
            public String read() {
                return KEY;
            }

            @Override
            public boolean isTerminal() {
                return true;
            }
        };

        Run run = Run.of(
                new Surroundings(control.variables(), Termination.onRequest(), Duration.ofSeconds(10), terminal),
                "keys",
                "import",
                "--workspace=ws_1");

        assertThat(run)
                .isEqualTo(new Run(
                        0,
                        "imported 1, existed 0, refused 0\n",
                        "Type or paste the keys, one on each line, and then Ctrl-D; or give --file.\n"));
    }

    @Test
    void import_refusedKeys_areNamedByLineAndTheStatusIsOne() {
        control.answer(ImportKeysResponse.newBuilder()
                .addResults(ImportResult.newBuilder().setOutcome(ImportOutcome.IMPORTED))
                .addResults(ImportResult.newBuilder()
                        .setOutcome(ImportOutcome.REFUSED)
                        .addViolations(violation("secret", "(not shown)", "a whole key"))
                        .addViolations(violation("name", "\"" + KEY + "\"", "no key")))
                .build());

        Run run = run("\n" + KEY + "\n\n" + OTHER + "\n");

        assertThat(run.status()).isEqualTo(CommandFailure.REFUSED);
        assertThat(run.out()).isEqualTo("imported 1, existed 0, refused 1\n");
        assertThat(run.err())
                .isEqualTo("line 4: secret: (not shown) (expected: a whole key); name: \"<key>\" (expected: no key)\n");
    }

    static Stream<Arguments> badLines() {
        return Stream.of(
                Arguments.of("no JSON", "{\"key\":\"" + KEY + "\"", "not JSON"),
                Arguments.of("more after it", "{\"key\":\"" + KEY + "\"} " + KEY, "not JSON"),
                Arguments.of("a member twice", "{\"key\":\"" + KEY + "\",\"key\":\"" + KEY + "\"}", "not JSON"),
                Arguments.of("no key", "{\"name\":\"CRM\"}", "secret: missing (expected: the key itself)\n"),
                Arguments.of(
                        "a key that is no text",
                        "{\"secret\":1}",
                        "line 2: secret: not a string (expected: the key itself)\n"),
                Arguments.of(
                        "both words for the key",
                        "{\"secret\":\"" + KEY + "\",\"key\":\"" + KEY + "\"}",
                        "line 2: key: the same as secret (expected: one of the two)\n"),
                Arguments.of(
                        "both words for the end",
                        "{\"secret\":\"" + KEY + "\",\"expire_time\":\"2027-01-31T00:00:00Z\","
                                + "\"expires_at\":\"2027-01-31T00:00:00Z\"}",
                        "line 2: expires_at: the same as expire_time (expected: one of the two)\n"),
                Arguments.of(
                        "a name that is no text",
                        "{\"secret\":\"" + KEY + "\",\"name\":1}",
                        "line 2: name: not a string (expected: such as \"CRM\")\n"),
                Arguments.of(
                        "an end that is no text",
                        "{\"secret\":\"" + KEY + "\",\"expires_at\":1800000000}",
                        "line 2: expires_at: not a string (expected: such as \"2027-01-31T00:00:00Z\")\n"),
                Arguments.of(
                        "scopes that are no text",
                        "{\"secret\":\"" + KEY + "\",\"scopes\":[1,2]}",
                        "line 2: scopes: not all are strings (expected: such as [\"cases:read\"])\n"),
                Arguments.of(
                        "scopes as an object",
                        "{\"secret\":\"" + KEY + "\",\"scopes\":{\"a\":1}}",
                        "line 2: scopes: not an array (expected: such as [\"cases:read\"])\n"),
                Arguments.of(
                        "an unknown member",
                        "{\"key\":\"" + KEY + "\",\"expires\":\"never\"}",
                        "expires: no such member (expected: secret, name, scopes, lifetime, expire_time)"),
                Arguments.of("a key as member", "{\"" + KEY + "\":\"\"}", "<key>: no such member"),
                Arguments.of("scopes as text", "{\"key\":\"" + KEY + "\",\"scopes\":\"cases:read\"}", "not an array"),
                Arguments.of("no time", "{\"key\":\"" + KEY + "\",\"expires_at\":\"soon\"}", "not a time"),
                Arguments.of(
                        "an empty list of scopes",
                        "{\"secret\":\"" + KEY + "\",\"scopes\":[]}",
                        "line 2: scopes: none (expected: such as [\"cases:read\"], or no such member"),
                Arguments.of("scopes that are null", "{\"secret\":\"" + KEY + "\",\"scopes\":null}", "not an array"),
                Arguments.of("an empty name", "{\"secret\":\"" + KEY + "\",\"name\":\"\"}", "name: empty"),
                Arguments.of("no lifetime", "{\"secret\":\"" + KEY + "\",\"lifetime\":\"soon\"}", "not a duration"),
                Arguments.of(
                        "a lifetime beside an end",
                        "{\"secret\":\"" + KEY + "\",\"lifetime\":\"1s\",\"expire_time\":\"2027-01-31T00:00:00Z\"}",
                        "line 2: lifetime: given beside expire_time"),
                Arguments.of("deep brackets", "{\"secret\":" + "[".repeat(9000), "not JSON"),
                Arguments.of("a long number", "{\"secret\":" + "9".repeat(9000) + "}", "not JSON"),
                Arguments.of("a line without end", KEY.repeat(1000), "longer than"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badLines")
    void import_badLine_isNamedWithoutTheKeyAndTheOthersAreSent(String row, String line, String problem) {
        control.answer(results(ImportOutcome.IMPORTED, ImportOutcome.IMPORTED));

        Run run = run(KEY + "\n" + line + "\n" + OTHER);

        assertThat(run.status()).isEqualTo(CommandFailure.REFUSED);
        assertThat(run.out()).isEqualTo("imported 2, existed 0, refused 1\n");
        assertThat(run.err()).startsWith("line 2: ").contains(problem).doesNotContain(KEY.substring(9));
        assertThat(request(0).getKeysList()).extracting(KeyToImport::getSecret).containsExactly(KEY, OTHER);
    }

    @Test
    void import_manyKeys_areSentInCallsThatTheControlPlaneTakes() {
        int keys = 1200;
        for (int i = 0; i < 3; i++) {
            control.answer(
                    results(Collections.nCopies(500, ImportOutcome.IMPORTED).toArray(ImportOutcome[]::new)));
        }

        Run run = run((KEY + "\n").repeat(keys));

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("imported 1200, existed 0, refused 0\n");
        assertThat(control.requests()).hasSize(3);
    }

    @Test
    void import_longLines_noCallIsLargerThanTheControlPlaneTakes() {
        String name = "é".repeat(1000);
        String line = "{\"key\":\"" + KEY + "\",\"name\":\"" + name + "\"}\n";
        control.answer(IntStream.range(0, 20)
                .mapToObj(i ->
                        results(Collections.nCopies(500, ImportOutcome.EXISTED).toArray(ImportOutcome[]::new)))
                .toArray());

        assertThat(run(line.repeat(60)).status()).isZero();

        assertThat(control.requests())
                .hasSizeGreaterThan(1)
                .allSatisfy(request -> assertThat(((ImportKeysRequest) request).getSerializedSize())
                        .isLessThan(64 * 1024));
    }

    @Test
    void import_controlPlaneGoesAwayInTheMiddle_saysHowFarItCame() {
        control.answer(results(Collections.nCopies(500, ImportOutcome.IMPORTED).toArray(ImportOutcome[]::new)));
        control.answer(Status.UNAVAILABLE.withDescription("Redis is gone").asRuntimeException());
        control.answer(Status.UNAVAILABLE.withDescription("Redis is gone").asRuntimeException());

        Run run = run("# keys\n" + (KEY + "\n").repeat(1500));

        assertThat(run.status()).isEqualTo(CommandFailure.UNREACHABLE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("Redis is gone").contains("Running it again is safe");
    }

    @Test
    void import_controlPlaneIsNotThere_isUnreachable() {
        control.answer(Status.UNAVAILABLE.withDescription("not now").asRuntimeException());
        Run run = run(KEY);
        assertThat(run.status()).isEqualTo(CommandFailure.UNREACHABLE);
        assertThat(run.err()).contains("not now").doesNotContain("Up to line");
    }

    @Test
    void import_jsonOutput_isOneObject() {
        control.answer(results(ImportOutcome.IMPORTED));
        Run run = run(KEY, "--output", "json");
        assertThat(run.out()).isEqualTo("{\"imported\":1,\"existed\":0,\"refused\":0}\n");
    }

    @Test
    void import_nothing_importsNothing() {
        Run run = run("# nothing yet\n\n");
        assertThat(run.status()).isZero();
        assertThat(run.out()).isEqualTo("imported 0, existed 0, refused 0\n");
        assertThat(control.requests()).isEmpty();
    }

    @Test
    void import_file_isReadAndAWarningGivenIfOthersCanReadIt() throws IOException {
        Path file = Files.writeString(folder.resolve("keys.txt"), KEY + "\n");
        control.answer(results(ImportOutcome.IMPORTED), results(ImportOutcome.EXISTED));

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Run own = run("", "--file", file.toString());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Run open = run("", "--file", file.toString());

        assertThat(own.out()).isEqualTo("imported 1, existed 0, refused 0\n");
        assertThat(own.err()).isEmpty();
        assertThat(open.out()).isEqualTo("imported 0, existed 1, refused 0\n");
        assertThat(open.err()).contains("warning").contains(file.toString());
    }

    @Test
    void import_fileThatCannotBeRead_isNamed() {
        Run missing = run("", "--file", folder.resolve("none.txt").toString());
        Run directory = run("", "--file", folder.toString());

        assertThat(missing.status()).isEqualTo(CommandFailure.USAGE);
        assertThat(missing.err()).contains("none.txt: no such file");
        assertThat(directory.status()).isEqualTo(CommandFailure.USAGE);
        assertThat(directory.err()).contains("is a directory");
    }

    private Run run(String input, String... more) {
        String[] args = Stream.concat(Stream.of("keys", "import", "--workspace", "ws_1"), Stream.of(more))
                .toArray(String[]::new);
        return Run.withInput(input, control.variables(), args);
    }

    private ImportKeysRequest request(int n) {
        return (ImportKeysRequest) control.requests().get(n);
    }

    private static ImportKeysResponse results(ImportOutcome... outcomes) {
        return ImportKeysResponse.newBuilder()
                .addAllResults(List.of(outcomes).stream()
                        .map(outcome ->
                                ImportResult.newBuilder().setOutcome(outcome).build())
                        .collect(Collectors.toList()))
                .build();
    }

    private static ImportViolation violation(String field, String value, String expected) {
        return ImportViolation.newBuilder()
                .setField(field)
                .setValue(value)
                .setExpected(expected)
                .build();
    }
}
