package dev.latchkey.cli.demo;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The text that the demo prints once it is ready: for each answer, a title and a command line to paste. */
final class DemoText {
    private static final String ENV_LINE = "export %s='%s'%n";

    private final Demo demo;
    private final StringBuilder text = new StringBuilder();

    private DemoText(Demo demo) {
        this.demo = demo;
    }

    /** Returns the whole text. */
    static String of(Demo demo) {
        return new DemoText(demo).write();
    }

    /** Returns the lines of the env file. The values must not contain a single quote. */
    static String env(Map<String, String> variables) {
        StringBuilder lines = new StringBuilder();
        variables.forEach((name, value) -> lines.append(ENV_LINE.formatted(name, value)));
        return lines.toString();
    }

    private String write() {
        DemoKeys keys = demo.keys();
        text.append("\nLatchkey demo: a real Envoy on ")
                .append(demo.url())
                .append(". Paste a line; the answer stands above it.\n");
        curl("200 live: a live key", "/v1/cases", keys.live());
        curl("200 sandbox: a test key, sent to the sandbox by Envoy's route", "/v1/cases", keys.test());
        curl("200 live: the documentation's example, an imported key", "/v1/cases", DemoKeys.IMPORTED);
        curl("200 live: a public route needs no key", "/healthz", null);
        curl("401 AUTH_INVALID_KEY: no key", "/v1/cases", null);
        curl(
                "401 AUTH_INVALID_KEY: a key that does not exist",
                "/v1/cases",
                "opt_live_0000000000000000000000000000000046uziL");
        curl("401 AUTH_INVALID_KEY: a revoked key", "/v1/cases", keys.revoked());
        curl("401 AUTH_EXPIRED_KEY: a key past its end", "/v1/cases", keys.expired());
        curl("403 AUTH_INSUFFICIENT_SCOPE: reading is not deleting", "/v1/cases/42", keys.readOnly(), "-X DELETE ");
        curl("403 AUTH_INSUFFICIENT_SCOPE: no rule for this path", "/v2/cases", keys.live());
        curl("403 AUTH_TENANT_INACTIVE: the workspace is not active", "/v1/cases", keys.inactive());
        curl("400 AUTH_INVALID_REQUEST: a path that two readers may read differently", "/v1/cases;v=1", keys.live());
        title("503 AUTH_UNAVAILABLE: Redis does not answer; what is in memory is used for 2 s at most");
        text.append("kill -STOP ").append(demo.redisPid()).append("; sleep 3\n");
        line("/v1/cases", keys.live(), "");
        text.append("kill -CONT ").append(demo.redisPid()).append('\n');
        title("Create a key and revoke it");
        text.append("export LATCHKEY_CONTROL='")
                .append(demo.controlUrl())
                .append("' LATCHKEY_TOKEN='")
                .append(demo.token())
                .append("'\n");
        text.append("./latchkey keys create --workspace ws_demo --name 'CRM Integration' --scope cases:read\n");
        text.append("./latchkey keys list --workspace ws_demo\n");
        text.append("./latchkey keys revoke ID   # the ID that create and list show\n");
        title("Or do so in the browser, at " + demo.controlUrl() + "/ with that token");
        text.append("\nready; ").append(howToEnd()).append(" ends the demo and leaves nothing running\n");
        return text.toString();
    }

    /**
     * Returns how to end the demo. A shell starts background commands with SIGINT ignored, and the JVM keeps it
     * ignored, so Ctrl-C does not work for them.
     */
    private static String howToEnd() {
        return IgnoredSignals.ofProcess().contains(IgnoredSignals.INT)
                ? "kill " + ProcessHandle.current().pid()
                : "Ctrl-C";
    }

    private void curl(String answer, String path, @Nullable String key) {
        curl(answer, path, key, "");
    }

    private void curl(String answer, String path, @Nullable String key, String options) {
        title(answer);
        line(path, key, options);
    }

    private void title(String title) {
        text.append("\n# ").append(title).append('\n');
    }

    private void line(String path, @Nullable String key, String options) {
        text.append("curl -i ").append(options);
        if (key != null) {
            text.append("-H 'Authorization: Bearer ").append(key).append("' ");
        }
        text.append("'").append(demo.url()).append(path).append("'\n");
    }
}
