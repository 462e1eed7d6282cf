package dev.latchkey.control.listing;

import static dev.latchkey.control.Callers.ALICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.control.FakeClock;
import dev.latchkey.control.RedisTap;
import dev.latchkey.control.TestControl;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.imports.ManyKeys;
import dev.latchkey.control.record.ManagedKey;
import dev.latchkey.control.rules.Page;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a page costs in a workspace of ten thousand keys: what Redis is asked, counted on its way. */
class ListCostTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final int KEYS = 10_000;
    private static final long NOW = FakeClock.START.toEpochMilli();

    private RedisTap tap;
    private TestControl control;

    @BeforeEach
    void open() throws IOException {
        tap = new RedisTap(REDIS.port());
        control = new TestControl(tap.uri(), Duration.ofSeconds(10));
        control.workspaces.create(ALICE, "ws_1", "");
    }

    @AfterEach
    void close() throws IOException {
        control.close();
        tap.close();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"", "create_time", "create_time desc"})
    void list_byAge_eachPageReadsOnePageAndTheKeyAfterIt(String order) {
        fill(i -> ManyKeys.key("ws_1", i));
        for (KeyQuery query : new KeyQuery[] {query(false, order), query(true, order)}) {
            String token = "";
            for (int size : new int[] {100, 1, 1000, 100}) {
                Page<KeyView> page = list(query, size, token);
                assertThat(page.items()).hasSize(size);
                assertThat(tap.names()).containsExactly("HGET", age(order), "HMGET", "ZMSCORE", "HMGET");
                assertThat(tap.records()).isEqualTo(size + 1);
                token = page.nextToken();
            }
        }
    }

    @Test
    void list_everyOtherKeyIsPassedOver_readsAsManyAsItTakes() {
        fill(i -> i % 2 == 0 ? ManyKeys.key("ws_1", i) : ManyKeys.key("ws_1", i).revoke(NOW));

        assertThat(list(query(false, ""), 100, "").items()).hasSize(100);
        assertThat(tap.records()).isBetween(201, 320);
        assertThat(tap.names()).hasSizeLessThan(12);
    }

    @Test
    void list_allButTheLastArePassedOver_aPageLooksAtNoMoreThanItsBound() {
        fill(i -> i < KEYS - 1 ? ManyKeys.key("ws_1", i).revoke(NOW) : ManyKeys.key("ws_1", i));
        ManyKeys.fill(REDIS, "ws_1", 2000, i -> ManyKeys.key("ws_1", KEYS + i).revoke(NOW));

        Page<KeyView> page = list(query(false, "create_time desc"), 1, "");
        assertThat(page.items()).extracting(view -> view.key().name()).containsExactly("Key 9999");
        assertThat(page.nextToken()).isNotEmpty();
        assertThat(tap.records()).isBetween(KeysByAge.MAX_LOOKED_AT, KeysByAge.MAX_LOOKED_AT + 1000);

        assertThat(list(query(false, "create_time desc"), 1, page.nextToken())).isEqualTo(new Page<>(List.of(), ""));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"name", "name desc", "expire_time", "last_used_time desc"})
    void list_inAnotherOrder_looksAtEveryKeyOnceForAllPages(String order) {
        fill(i -> ManyKeys.key("ws_1", i, "Key " + (KEYS - i), NOW + 1 + i));

        Page<KeyView> page = list(query(false, order), 1000, "");
        assertThat(page.items()).hasSize(1000);
        assertThat(tap.records()).isEqualTo(KEYS + 1000);
        assertThat(tap.names())
                .filteredOn("HMGET"::equals)
                .as("and what is known of the answers of the keys on the page")
                .hasSize(KEYS / 500 + 2);

        Set<String> seen = new HashSet<>();
        page.items().forEach(view -> seen.add(view.key().id()));
        while (!page.nextToken().isEmpty()) {
            page = list(query(false, order), 1000, page.nextToken());
            assertThat(tap.records()).isEqualTo(1000);
            assertThat(tap.names()).containsExactly("HGET", "HMGET", "ZMSCORE", "HMGET");
            page.items().forEach(view -> assertThat(seen.add(view.key().id())).isTrue());
        }
        assertThat(seen).hasSize(KEYS);
    }

    private void fill(IntFunction<ManagedKey> make) {
        ManyKeys.fill(REDIS, "ws_1", KEYS, make);
    }

    private Page<KeyView> list(KeyQuery query, int size, String token) {
        tap.forget();
        return control.listing.list(query, new PageRequest(size, token));
    }

    private static String age(String order) {
        return order.endsWith("desc") ? "ZRANGE" : "ZRANGEBYLEX";
    }

    private static KeyQuery query(boolean all, String order) {
        return new KeyQuery("ws_1", all, "", "", Optional.empty(), order);
    }
}
