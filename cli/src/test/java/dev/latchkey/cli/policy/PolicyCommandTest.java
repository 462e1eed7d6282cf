package dev.latchkey.cli.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.cli.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyCommandTest {
    private static final String GOOD = """
            scopes:
              cases:read: Read case data
              a: Letter
            routes:
              - match: GET /v1/**
                any-of: [cases:read, a]
                environment: both
              - match: "* /v1/cases/{id}"
                all-of: [cases:read, a]
              - match: GET /healthz
                public: true
            preflight: allow
            """;
    private static final String BAD = """
            scopes:
              cases:read: Read case data
            routes:
              - match: GET /v1/cases
                scope: cases:raed
              - match: GET
                scope: cases:read
            """;

    @TempDir
    private Path folder;

    private String good = "";
    private String bad = "";

    @BeforeEach
    void write() throws IOException {
        good = Files.writeString(folder.resolve("good.yaml"), GOOD).toString();
        bad = Files.writeString(folder.resolve("bad.yaml"), BAD).toString();
    }

    @Test
    void check_goodFile_countsWhatItHolds() {
        assertThat(run("policy", "check", good)).isEqualTo(new Run(0, good + ": ok, 2 scopes, 3 rules\n", ""));
        assertThat(run("policy", "check", good, "--output=json").out())
                .isEqualTo("{\"file\":\"" + good + "\",\"scopes\":2,\"rules\":3,\"problems\":[],\"warnings\":[]}\n");
    }

    @Test
    void check_badFile_reportsEveryProblem() {
        Run run = run("policy", "check", bad);

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .hasLineCount(3)
                .startsWith("latchkey: 2 problems:\n  " + bad + ":5: ")
                .contains("\n  " + bad + ":6: ", "the nearest is cases:read");
    }

    @Test
    void check_badFileAsJson_holdsTheProblems() {
        Run run = run("policy", "check", bad, "--output", "json");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("\"problems\":[\"" + bad + ":5: ");
        assertThat(run.err()).as("said once").isEmpty();
    }

    @Test
    void check_templatesThatDifferOnlyInCase_areWarnedOf() throws IOException {
        String alike = Files.writeString(folder.resolve("alike.yaml"), """
                        scopes:
                          a: A
                        routes:
                          - match: [GET /v1/Cases, GET /v1/cases, GET /v1/parties]
                            scope: a
                        """).toString();
        String warning = "/v1/Cases and /v1/cases differ only in letter case: their rules match no request"
                + " (expected: one spelling)";

        assertThat(run("policy", "check", alike))
                .isEqualTo(new Run(0, alike + ": ok, 1 scope, 3 rules\n", "warning: " + alike + ": " + warning + "\n"));
        assertThat(run("policy", "check", alike, "--output", "json").out())
                .endsWith("\"problems\":[],\"warnings\":[\"" + warning + "\"]}\n");
    }

    @Test
    void check_templateThatTheGuardMakesUnreachable_isWarnedOfWithLines() throws IOException {
        String docs = Files.writeString(folder.resolve("docs.yaml"), """
                        scopes:
                          a: A
                        routes:
                          - match: [GET /docs/**, GET /docs/**/]
                            public: true
                          - match: GET /docs/internal/**
                            scope: a
                        """).toString();
        String exact = Files.writeString(
                        folder.resolve("exact.yaml"), "readings: exact\n" + Files.readString(Path.of(docs)))
                .toString();

        Run run = run("policy", "check", docs);

        assertThat(run.status()).isZero();
        assertThat(run.err())
                .hasLineCount(1)
                .startsWith("warning: " + docs + ": GET /docs/internal/** (line 6) is out of reach")
                .contains("GET /docs/**/ (line 4)");
        assertThat(run("policy", "check", exact).err()).isEmpty();
        assertThat(run("policy", "show", exact).out()).endsWith("preflight: deny\nreadings: exact\n");
        assertThat(run("policy", "show", exact, "--output", "json").out())
                .endsWith("\"preflight\":\"deny\",\"readings\":\"exact\"}\n");
    }

    @Test
    void check_fileAsWindowsEditorsWriteIt_isReadOrRefusedByName() throws IOException {
        String crlf = GOOD.replace("\n", "\r\n");
        byte[] bom = ("\ufeff" + crlf).getBytes(StandardCharsets.UTF_8);
        String lines = Files.writeString(folder.resolve("crlf.yaml"), crlf).toString();
        String marked = Files.write(folder.resolve("bom.yaml"), bom).toString();
        String wide = Files.write(folder.resolve("wide.yaml"), ("\ufeff" + crlf).getBytes(StandardCharsets.UTF_16LE))
                .toString();

        assertThat(run("policy", "check", lines)).isEqualTo(new Run(0, lines + ": ok, 2 scopes, 3 rules\n", ""));
        assertThat(run("policy", "check", marked)).isEqualTo(new Run(0, marked + ": ok, 2 scopes, 3 rules\n", ""));
        Run run = run("policy", "check", wide);
        assertThat(run.status()).isIn(0, 1, 2);
        assertThat(run.out() + run.err()).hasLineCount(1).contains(wide).doesNotContain("\tat ", "Exception");
    }

    @Test
    void anyCommand_unreadableFile_isUsage() {
        assertThat(run("policy", "check", "/nowhere.yaml"))
                .isEqualTo(new Run(2, "", "latchkey: /nowhere.yaml: no such file\n"));
        assertThat(run("policy", "show", folder.toString()))
                .isEqualTo(new Run(2, "", "latchkey: " + folder + ": is a directory\n"));
    }

    @Test
    void show_badFile_reportsEveryProblem() {
        assertThat(run("policy", "show", bad).status()).isEqualTo(1);
        assertThat(run("policy", "show", bad).err()).hasLineCount(3);
    }

    @Test
    void show_rules_areOrderedBySpecificity() {
        assertThat(run("policy", "show", good)).isEqualTo(new Run(0, """
                                METHOD  TEMPLATE        NEEDS             ENVIRONMENT
                                GET     /healthz        nothing (public)  -
                                *       /v1/cases/{id}  cases:read and a  route
                                GET     /v1/**          cases:read or a   both

                                SCOPE       DESCRIPTION
                                cases:read  Read case data
                                a           Letter

                                preflight: allow
                                """, ""));
    }

    @Test
    void show_json_hasTheFieldsOfTheFile() {
        assertThat(run("--output", "json", "policy", "show", good).out())
                .isEqualTo("{\"scopes\":{\"cases:read\":\"Read case data\",\"a\":\"Letter\"},\"routes\":["
                        + "{\"match\":\"GET /healthz\",\"public\":true},"
                        + "{\"match\":\"* /v1/cases/{id}\",\"all-of\":[\"cases:read\",\"a\"]},"
                        + "{\"match\":\"GET /v1/**\",\"any-of\":[\"cases:read\",\"a\"],\"environment\":\"both\"}],"
                        + "\"preflight\":\"allow\"}\n");
    }

    private static Run run(String... args) {
        return Run.of(Map.of(), args);
    }
}
