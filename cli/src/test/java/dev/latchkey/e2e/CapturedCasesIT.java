package dev.latchkey.e2e;

import dev.latchkey.server.authz.Captures;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The recorded cases through the reference configuration. */
class CapturedCasesIT {
    /** What the reference configuration answers otherwise than the hardened one that was recorded. */
    private static final Map<String, Integer> OTHERWISE = World.ENVOY_VERSION.equals("1.40.0")
            // Allowed, but with the identity headers there are more than Envoy's limit of 100.
            ? Map.of("hdr-many", 500)
            // Envoys before 1.40 pass `..;` on as it is.
            : Map.of("hdr-many", 500, "path-dotdot-semicolon", 400);

    private static World world;

    @BeforeAll
    static void start() {
        world = new World.Options().policy(Captures.policy()).start();
        RecordedCases.seed(world);
    }

    @AfterAll
    static void stop() {
        world.close();
    }

    static List<RecordedCases.Row> rows() {
        return RecordedCases.rows("hardened", OTHERWISE);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void send_recordedBytes_getsTheRecordedDecision(RecordedCases.Row row) {
        RecordedCases.assertDecided(world, row);
    }
}
