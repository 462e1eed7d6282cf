package dev.latchkey.control.listing;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.FakeClock;
import dev.latchkey.control.RedisTap;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.imports.ManyKeys;
import dev.latchkey.control.revocation.RevokedKeys;
import dev.latchkey.control.rules.Page;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The figures in docs/lists.md, not among the tests: {@code mvn test -pl control -am -Dtest=ListFigures
 * -Dsurefire.failIfNoSpecifiedTests=false}. A minute or two.
 */
class ListFigures {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final int KEYS = 10_000;
    private static final int ROUNDS = 200;
    private static final long NOW = FakeClock.START.toEpochMilli();

    @Test
    void figures() throws IOException {
        try (RedisTap tap = new RedisTap(REDIS.port());
                TestControl counted = new TestControl(tap.uri(), Duration.ofSeconds(10));
                TestControl timed = new TestControl(REDIS.uri(), Duration.ofSeconds(10))) {
            timed.workspaces.create(ALICE, "ws_1", "");
            ManyKeys.fill(REDIS, "ws_1", KEYS, i -> ManyKeys.key("ws_1", i, "Key " + (i * 7919 % KEYS), NOW + 1 + i));
            for (int i = 0; i < KEYS; i += 2) {
                REDIS.commands().zadd("latchkey:used:{ws_1}", (double) NOW - i, String.format("key_%026d", i));
            }

            print("| a page of 100 of 10,000 keys by | records read | commands | p50 | p99 |\n");
            for (String order :
                    List.of("create_time", "create_time desc", "name", "expire_time", "last_used_time desc")) {
                row(order, query(order), tap, counted, timed);
            }
            row("create_time, name filter that finds one", rare(), tap, counted, timed);
            revokeAll(timed);
        }
    }

    private static void row(String title, KeyQuery query, RedisTap tap, TestControl counted, TestControl timed) {
        tap.forget();
        assertThat(list(counted, query).items()).isNotEmpty();
        long[] nanos = new long[ROUNDS];
        for (int i = -ROUNDS / 4; i < ROUNDS; i++) {
            long from = System.nanoTime();
            Page<KeyView> page = list(timed, query);
            nanos[Math.max(0, i)] = System.nanoTime() - from;
            assertThat(page.items()).isNotEmpty();
        }
        Arrays.sort(nanos);
        print(String.format(
                "| %s | %d | %d | %.1f ms | %.1f ms |%n",
                title, tap.records(), tap.names().size(), nanos[ROUNDS / 2] / 1e6, nanos[ROUNDS * 99 / 100] / 1e6));
    }

    private static void revokeAll(TestControl control) {
        long from = System.nanoTime();
        RevokedKeys revoked = control.keys.revokeAll(ALICE, "ws_1", "figures");
        assertThat(revoked).isEqualTo(new RevokedKeys(KEYS, true));
        double seconds = (System.nanoTime() - from) / 1e9;
        print(String.format("revoke-all of %d keys: %.1f s, %.0f keys a second%n", KEYS, seconds, KEYS / seconds));
    }

    private static Page<KeyView> list(TestControl control, KeyQuery query) {
        return control.listing.list(query, new PageRequest(100, ""));
    }

    private static KeyQuery query(String order) {
        return new KeyQuery("ws_1", false, "", "", Optional.empty(), order);
    }

    private static KeyQuery rare() {
        return new KeyQuery("ws_1", false, "", "Key 9999", Optional.empty(), "");
    }

    private static void print(String text) {
        System.out.print(text);
    }
}
