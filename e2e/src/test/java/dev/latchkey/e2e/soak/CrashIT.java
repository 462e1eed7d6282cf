package dev.latchkey.e2e.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.ControlPlane;
import dev.latchkey.e2e.AdminApi;
import dev.latchkey.e2e.CommandProcess;
import dev.latchkey.lifecycle.Closing;
import dev.latchkey.redis.CrashProxy.Moment;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A control plane is killed (SIGKILL) at each command that a call sends to Redis, before Redis has it and after; and
 * what is left behind is put right, by one that starts after it or ran beside it. A key that works and was answered to
 * nobody is shown as one whose answer is not confirmed, without exception.
 */
@Tag("one-envoy")
class CrashIT {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private final Closing made = new Closing();
    private final ExecutorService calls = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        calls.shutdownNow();
        made.close();
    }

    @Test
    void kill_atEachCommand_whoeverStartsAfterwardsPutsItRight() throws IOException {
        Map<CrashCall, Integer> commands = count();
        List<CrashCase> cases = kill(commands);
        // By its clock the calls of before were given up long ago.
        startAll(cases, Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1)));
        check(cases, commands);
    }

    @Test
    void kill_atEachCommandBesideAnother_thatOnePutsItRight() throws IOException {
        Map<CrashCall, Integer> commands = count();
        List<CrashCase> cases = cases(commands);
        startAll(cases, Clock.systemUTC());
        kill(cases);
        check(cases, commands);
    }

    /** Returns how many commands each call sends. */
    private Map<CrashCall, Integer> count() throws IOException {
        Map<CrashCall, Integer> commands = new EnumMap<>(CrashCall.class);
        for (CrashCall call : CrashCall.values()) {
            CrashCase whole = new CrashCase(call, 0, Moment.BEFORE, REDIS.port(), REDIS.commands());
            try (whole.proxy;
                    ControlPlane plane = CrashingPlanes.start(whole.prefix, whole.proxy.port(), Clock.systemUTC());
                    AdminApi admin = new AdminApi(plane.port())) {
                Awaitility.await().until(plane::ready);
                whole.prepare(admin);
                whole.run(admin);
                Awaitility.await().until(whole::isSettled);
                whole.look();
                whole.check();
                commands.put(call, whole.proxy.counted());
            }
        }
        return commands;
    }

    private List<CrashCase> cases(Map<CrashCall, Integer> commands) throws IOException {
        List<CrashCase> cases = new ArrayList<>();
        for (CrashCall call : CrashCall.values()) {
            for (int step = 1; step <= commands.get(call); step++) {
                for (Moment moment : Moment.values()) {
                    CrashCase one = new CrashCase(call, step, moment, REDIS.port(), REDIS.commands());
                    made.add(one.proxy);
                    cases.add(one);
                }
            }
        }
        return cases;
    }

    private List<CrashCase> kill(Map<CrashCall, Integer> commands) throws IOException {
        List<CrashCase> cases = cases(commands);
        kill(cases);
        return cases;
    }

    private void kill(List<CrashCase> cases) {
        List<String> arguments = cases.stream()
                .flatMap(one -> List.of(one.prefix, Integer.toString(one.proxy.port())).stream())
                .toList();
        try (CommandProcess process = CommandProcess.startOther(CrashingPlanes.class, arguments)) {
            process.awaitOutput("ready");
            String[] ports = process.out().strip().split(" ");
            List<AdminApi> admins = new ArrayList<>();
            for (int i = 0; i < cases.size(); i++) {
                AdminApi admin = made.add(new AdminApi(Integer.parseInt(ports[i + 1])));
                admins.add(admin);
                cases.get(i).prepare(admin);
            }
            for (int i = 0; i < cases.size(); i++) {
                CrashCase one = cases.get(i);
                AdminApi admin = admins.get(i);
                calls.execute(() -> one.run(admin));
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> cases.stream().allMatch(CrashCase::isStopped));
            process.kill();
        }
        cases.forEach(CrashCase::look);
    }

    private void startAll(List<CrashCase> cases, Clock clock) throws IOException {
        for (CrashCase one : cases) {
            made.add(CrashingPlanes.start(one.prefix, REDIS.port(), clock));
        }
    }

    private static void check(List<CrashCase> cases, Map<CrashCall, Integer> commands) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> cases.stream().allMatch(CrashCase::isSettled));
        cases.forEach(CrashCase::check);
        assertThat(cases).as("so many steps there are: %s", commands).hasSizeGreaterThan(60);
    }
}
