package dev.latchkey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
