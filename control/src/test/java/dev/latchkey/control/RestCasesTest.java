package dev.latchkey.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import dev.latchkey.redis.RealRedis;
import java.io.IOException;
import java.net.URLEncoder;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users of such interfaces have run into: times, pages, filters, repeats and restarts, over REST. */
class RestCasesTest {
    @RegisterExtension
    static final RealRedis REDIS = new RealRedis();

    private static final JsonMapper JSON = new JsonMapper();
    private static final String KEYS = "/v1/workspaces/ws_1/keys";

    private static RunningControlPlane control;

    @BeforeAll
    static void start() throws IOException {
        control = new RunningControlPlane(REDIS.uri());
        Awaitility.await().until(control.plane::ready);
    }

    @AfterAll
    static void stop() {
        control.close();
    }

    @BeforeEach
    void createWorkspaces() {
        ok(post("/v1/workspaces", "{'id':'ws_1'}"));
        ok(post("/v1/workspaces", "{'id':'ws_2'}"));
    }

    @ParameterizedTest
    @CsvSource({
        "2099-01-31T00:00:00Z, 2099-01-31T00:00:00Z",
        "2099-01-31T14:00:00+14:00, 2099-01-31T00:00:00Z",
        "2099-01-30T10:00:00-14:00, 2099-01-31T00:00:00Z",
        "2099-01-31T00:00:00.1234567Z, 2099-01-31T00:00:00.123Z",
        "2096-02-29T23:59:59Z, 2096-02-29T23:59:59Z",
        "9999-12-31T23:59:59.999Z, 9999-12-31T23:59:59.999Z",
        "2099-01-31t00:00:00z, 2099-01-31T00:00:00Z",
        "2099-01-31T05:30:00+05:30, 2099-01-31T00:00:00Z",
    })
    void create_endByRfc3339_isThatInstant(String sent, String end) {
        JsonNode key = ok(create("'expire_time':'" + sent + "'")).get("key");

        assertThat(Instant.parse(key.get("expire_time").textValue())).isEqualTo(Instant.parse(end));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'expire_time':'2099-01-31'",
                "'expire_time':'2099-01-31T00:00:00'",
                "'expire_time':'2099-01-31T24:00:00Z'",
                "'expire_time':'2099-01-31T00:00:60Z'",
                "'expire_time':'2099-02-29T00:00:00Z'",
                "'expire_time':'2099-13-01T00:00:00Z'",
                "'expire_time':'2099-01-31 00:00:00Z'",
                "'expire_time':'2099-01-31T00:00:00+1400'",
                "'expire_time':'2099-01-31T00:00:00+19:00'",
                "'expire_time':'2099-01-31T00:00:00.Z'",
                "'expire_time':'2099-1-31T00:00:00Z'",
                "'expire_time':'12099-01-31T00:00:00Z'",
                "'expire_time':'+2099-01-31T00:00:00Z'",
                "'expire_time':'٢٠٩٩-01-31T00:00:00Z'",
                "'expire_time':'1970-01-01T00:00:00Z'",
                "'expire_time':'never'",
                "'expire_time':''",
                "'expire_time':4070908800",
                "'expire_time':{'seconds':4070908800}",
                "'lifetime':'90d'",
                "'lifetime':'PT1H'",
                "'lifetime':'1h'",
                "'lifetime':'3600'",
                "'lifetime':3600",
                "'lifetime':'-1s'",
                "'lifetime':'0s'",
                "'lifetime':'0.0001s'",
                "'lifetime':'1e3s'",
                "'lifetime':' 1s'",
                "'lifetime':'١s'",
                "'lifetime':'999999999999s'",
                "'lifetime':''",
                "'lifetime':'1s','expire_time':'2099-01-31T00:00:00Z'",
            })
    void create_endThatIsNone_isRefusedAndNoKeyIsMade(String end) {
        Set<String> before = ids("");

        AggregatedHttpResponse answer = create(end);

        assertThat(answer.status().code()).isEqualTo(400);
        assertThat(tree(answer).get("violations").findValuesAsText("field"))
                .containsAnyOf("expire_time", "lifetime")
                .hasSize(1);
        assertThat(ids("")).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"0.001s, 1", "1s, 1000", "1.5s, 1500", "31536000s, 31536000000"})
    void create_lifetime_endsSoMuchLater(String lifetime, long millis) {
        JsonNode key = ok(create("'lifetime':'" + lifetime + "'")).get("key");

        assertThat(Instant.parse(key.get("expire_time").textValue()).minusMillis(millis))
                .isEqualTo(Instant.parse(key.get("create_time").textValue()));
    }

    @Test
    void list_pageByPageWhileKeysComeAndGo_showsEachOfTheOthersOnce() {
        ok(post("/v1/workspaces", "{'id':'ws_pages'}"));
        String keys = "/v1/workspaces/ws_pages/keys";
        List<String> made = IntStream.range(0, 45)
                .mapToObj(i -> {
                    // Ids sort by age, to the millisecond.
                    control.clock.advance(Duration.ofMillis(1));
                    return ok(post(keys, "{'name':'k','scopes':['cases:read']}"))
                            .at("/key/id")
                            .textValue();
                })
                .toList();
        List<String> seen = new ArrayList<>();
        String token = "";
        do {
            JsonNode page = ok(get(keys + "?page_size=7&page_token=" + token));
            page.get("keys").forEach(key -> seen.add(key.get("id").textValue()));
            token = page.get("next_page_token").textValue();
            if (seen.size() == 14) {
                ok(post(keys + "/" + made.get(40) + ":revoke", "{}"));
                ok(post(keys, "{'name':'new','scopes':['cases:read']}"));
            }
        } while (!token.isEmpty());

        assertThat(seen).doesNotHaveDuplicates().doesNotContain(made.get(40));
        assertThat(seen)
                .containsAll(
                        made.stream().filter(id -> !id.equals(made.get(40))).toList());
        for (String invented : List.of("x", "AAAA", "null", "%C3%BC", "-1", "a".repeat(3000))) {
            assertThat(get(keys + "?page_token=" + invented).status().code())
                    .as(invented)
                    .isEqualTo(400);
        }
        for (String size : List.of("-1", "1001", "1.5", "a", "99999999999", "", "1e3")) {
            assertThat(get(keys + "?page_size=" + size).status().code())
                    .as(size)
                    .isEqualTo(400);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%", "_", "*", ".", "[", "(", "\\", "\"", "{", "+", "ü", "100%", "a_b", "a+b", ".*", "^a", "ÄRGER",
                "<b>"
            })
    void list_nameFilter_isAPlainPartOfTheNameInAnyCase(String part) {
        String id = ok(create(JSON.createObjectNode().put("name", "x" + part + "y"), ""))
                .at("/key/id")
                .textValue();
        String other = ok(create(JSON.createObjectNode().put("name", "plain"), ""))
                .at("/key/id")
                .textValue();

        assertThat(ids("?name=" + URLEncoder.encode(part.toLowerCase(Locale.ROOT), UTF_8)))
                .contains(id)
                .doesNotContain(other);
    }

    @Test
    void audit_startInAnyOffset_isThatInstant() {
        String id = ok(create("")).at("/key/id").textValue();
        Instant made = Instant.parse(ok(get("/v1/workspaces/ws_1/audit?key=" + id))
                .at("/entries/0/time")
                .textValue());
        for (String offset : List.of("+00:00", "+02:00", "-05:30", "+14:00", "-14:00")) {
            String equal = made.atOffset(ZoneOffset.of(offset)).toString();
            String later = made.plusMillis(1).atOffset(ZoneOffset.of(offset)).toString();
            assertThat(entries(id, "start_time", equal)).as(equal).isEqualTo(1);
            assertThat(entries(id, "start_time", later)).as(later).isZero();
            assertThat(entries(id, "end_time", equal)).as("the end is left out").isZero();
            assertThat(entries(id, "end_time", later)).isEqualTo(1);
        }
        assertThat(get("/v1/workspaces/ws_1/audit?start_time=2026-01-01T00:00:00+02:00")
                        .status()
                        .code())
                .as("an unescaped plus is a blank")
                .isEqualTo(400);
        assertThat(get("/v1/workspaces/ws_1/audit?start_time=2099-01-01T00:00:00Z&end_time=2026-01-01T00:00:00Z")
                        .status()
                        .code())
                .isEqualTo(400);
    }

    @Test
    void create_sameRequestIdManyTimesAtOnce_makesOneKeyAndShowsItOnce() {
        String body = "{'name':'once','scopes':['cases:read'],'request_id':'at-once'}";
        List<CompletableFuture<AggregatedHttpResponse>> calls = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> post(KEYS, body)))
                .toList();
        List<JsonNode> answers = calls.stream().map(call -> ok(call.join())).toList();

        assertThat(answers.stream()
                        .map(answer -> answer.at("/key/id").textValue())
                        .distinct())
                .hasSize(1);
        assertThat(answers)
                .filteredOn(answer -> !answer.get("secret").textValue().isEmpty())
                .hasSize(1);
        assertThat(answers)
                .filteredOn(answer -> answer.get("repeated").booleanValue())
                .hasSize(7);
        assertThat(post(KEYS, body.replace("'once'", "'other'")).status().code())
                .isEqualTo(400);
    }

    @Test
    void key_ofAnotherWorkspace_isAnsweredAsOneThatNeverWas() {
        String id = ok(create("")).at("/key/id").textValue();
        for (String verb : List.of("", ":revoke", ":rotate")) {
            AggregatedHttpResponse other = call("/v1/workspaces/ws_2/keys/" + id, verb);
            AggregatedHttpResponse none = call("/v1/workspaces/ws_2/keys/key_none", verb);
            assertThat(other.status().code()).isEqualTo(404);
            assertThat(other.contentUtf8().replace(id, "key_none")).isEqualTo(none.contentUtf8());
        }
        assertThat(ok(get(KEYS + "/" + id)).at("/key/state").textValue()).isEqualTo("active");
        assertThat(ok(get(KEYS + "/" + id)).at("/key/successor").textValue()).isEmpty();
    }

    @Test
    void revoke_threeTimes_answersTheSameEachTime() {
        String id = ok(create("")).at("/key/id").textValue();
        JsonNode first = ok(post(KEYS + "/" + id + ":revoke", "{}"));
        control.clock.advance(Duration.ofSeconds(5));

        assertThat(ok(post(KEYS + "/" + id + ":revoke", "{}"))).isEqualTo(first);
        assertThat(ok(post(KEYS + "/" + id + ":revoke", ""))).isEqualTo(first);
    }

    @Test
    void everyChange_redisHasForgottenItsScripts_worksTheFirstTime() {
        REDIS.commands().scriptFlush();
        String id = ok(create("")).at("/key/id").textValue();
        REDIS.commands().scriptFlush();
        String successor =
                ok(post(KEYS + "/" + id + ":rotate", "{}")).at("/key/id").textValue();
        REDIS.commands().scriptFlush();
        ok(post(KEYS + "/" + successor + ":revoke", "{}"));
        REDIS.commands().scriptFlush();
        ok(post("/v1/workspaces/ws_2:deactivate", ""));
        REDIS.commands().scriptFlush();
        ok(post("/v1/workspaces/ws_2:activate", ""));
    }

    private static AggregatedHttpResponse call(String path, String verb) {
        return verb.isEmpty() ? get(path) : post(path + verb, "{}");
    }

    private static int entries(String key, String bound, String time) {
        return ok(get("/v1/workspaces/ws_1/audit?key=" + key + "&" + bound + "=" + URLEncoder.encode(time, UTF_8)))
                .get("entries")
                .size();
    }

    private static AggregatedHttpResponse create(String more) {
        return post(KEYS, "{'name':'CRM','scopes':['cases:read']" + (more.isEmpty() ? "" : "," + more) + "}");
    }

    private static AggregatedHttpResponse create(ObjectNode body, String more) {
        body.putArray("scopes").add("cases:read");
        return send(HttpMethod.POST, KEYS, body + more);
    }

    private static Set<String> ids(String query) {
        return new TreeSet<>(ok(get(KEYS + (query.isEmpty() ? "?" : query + "&") + "page_size=1000&show_all=true"))
                .get("keys")
                .findValuesAsText("id"));
    }

    private static JsonNode ok(AggregatedHttpResponse answer) {
        assertThat(answer.status().code()).as(answer.contentUtf8()).isEqualTo(200);
        return tree(answer);
    }

    private static JsonNode tree(AggregatedHttpResponse answer) {
        try {
            return JSON.readTree(answer.contentUtf8());
        } catch (IOException e) {
            throw new AssertionError(answer.contentUtf8(), e);
        }
    }

    private static AggregatedHttpResponse get(String path) {
        return send(HttpMethod.GET, path, "");
    }

    private static AggregatedHttpResponse post(String path, String body) {
        return send(HttpMethod.POST, path, body.replace('\'', '"'));
    }

    private static AggregatedHttpResponse send(HttpMethod method, String path, String body) {
        RequestHeadersBuilder headers = RequestHeaders.builder(method, path)
                .set(HttpHeaderNames.AUTHORIZATION, "Bearer " + RunningControlPlane.ALICE);
        if (!body.isEmpty()) {
            headers.contentType(MediaType.JSON);
        }
        return WebClient.of("h1c://127.0.0.1:" + control.plane.port())
                .execute(headers.build(), body)
                .aggregate()
                .join();
    }
}
