package dev.latchkey.control.api.rest.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.Message;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.ImportKeysRequest;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.RotateKeyRequest;
import dev.latchkey.v1.UpdateKeyRequest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RequestJsonTest {
    private static final String KEY = "opt_live_0000000000000000000000000000000046uziL";

    static Stream<Arguments> wrongValues() {
        return Stream.of(
                Arguments.of("{'name':5}", "name", "5", "a string of Unicode characters"),
                Arguments.of("{'name':true}", "name", "true", "a string of Unicode characters"),
                Arguments.of("{'name':{'a':1}}", "name", "an object", "a string of Unicode characters"),
                Arguments.of("{'name':'\\ud800'}", "name", "\"\\ud800\"", "a string of Unicode characters"),
                Arguments.of("{'environment':'LIVE'}", "environment", "\"LIVE\"", "one of live, test"),
                Arguments.of("{'environment':1}", "environment", "1", "one of live, test"),
                Arguments.of("{'environment':'unspecified'}", "environment", "\"unspecified\"", "one of live, test"),
                Arguments.of("{'scopes':'cases:read'}", "scopes", "\"cases:read\"", "an array"),
                Arguments.of("{'scopes':['a',null]}", "scopes[1]", "null", "a string of Unicode characters"),
                Arguments.of("{'lifetime':'90d'}", "lifetime", "\"90d\"", "seconds: \"3600s\""),
                Arguments.of("{'lifetime':3600}", "lifetime", "3600", "seconds: \"3600s\""),
                Arguments.of("{'lifetime':'0x1s'}", "lifetime", "\"0x1s\"", "seconds: \"3600s\""),
                Arguments.of("{'expire_time':'2027-01-31'}", "expire_time", "\"2027-01-31\"", TIME),
                Arguments.of("{'expire_time':'2027-02-31T00:00:00Z'}", "expire_time", "\"2027-02-31T00:00:00Z\"", TIME),
                Arguments.of("{'expire_time':'2027-01-31T00:00Z'}", "expire_time", "\"2027-01-31T00:00Z\"", TIME),
                Arguments.of("{'expire_time':'0000-01-31T00:00:00Z'}", "expire_time", "\"0000-01-31T00:00:00Z\"", TIME),
                Arguments.of("{'expireTime':'x'}", "expireTime", "(not shown)", NEAREST + "expire_time"),
                Arguments.of(
                        "{'lifetime':'1s','expire_time':'2027-01-31T00:00:00Z'}",
                        "expire_time",
                        "given as well",
                        "at most one of lifetime and expire_time"));
    }

    private static final String TIME = "a time by RFC 3339: \"2027-01-31T00:00:00Z\"";
    private static final String NEAREST = "a name that there is, nearest: ";

    @ParameterizedTest
    @MethodSource("wrongValues")
    void read_wrongValue_isNamedWithWhatWasExpected(String json, String field, String value, String expected) {
        assertThat(violations(json, CreateKeyRequest.newBuilder()))
                .containsExactly(new Violation(field, value, expected));
    }

    @Test
    void read_numbersThatAreNone_areRefused() {
        for (String number : List.of("1.0", "1e3", "2147483648", "'1'", "1.5", "'x'")) {
            assertThat(violations("{'page_size':" + number + "}", ListKeysRequest.newBuilder()))
                    .as(number)
                    .extracting(Violation::expected)
                    .containsExactly("a whole number, of at most 32 bits");
        }
    }

    @Test
    void read_severalThingsAreWrong_saysAllWithTheirPlaces() {
        String json = "{'keys':[{'scopes':[]},{'secret':7,'nam':'a'}],'scope':[]}";

        assertThat(violations(json, ImportKeysRequest.newBuilder()))
                .extracting(Violation::field)
                .containsExactly("keys[0].scopes", "keys[1].secret", "keys[1].nam", "scope");
    }

    @Test
    void read_secretInTheWrongPlace_isNotShown() {
        String json = "{'%s':1,'nonsense':'%s','environment':'%s','lifetime':'%s'}".replace("%s", KEY);

        assertThat(violations(json, CreateKeyRequest.newBuilder())).hasSize(4);
        assertThat(violations(json, CreateKeyRequest.newBuilder()).toString()).doesNotContain(KEY.substring(13));
    }

    @Test
    void read_thousandsOfMistakes_saysFifty() {
        String json = "{'scopes':[" + "1,".repeat(5000) + "1]}";

        assertThat(violations(json, CreateKeyRequest.newBuilder())).hasSize(50);
    }

    @Test
    void read_nullWhereAbsenceMeansNone_isAbsent() {
        assertThat(violations("{'expire_time':null,'lifetime':'1s','request_id':null}", CreateKeyRequest.newBuilder()))
                .isEmpty();
        assertThat(violations(
                        "{'keys':[{'secret':'x','name':null,'lifetime':null,'expire_time':null}]}",
                        ImportKeysRequest.newBuilder()))
                .isEmpty();
    }

    @Test
    void read_nullWhereAbsenceMeansADefaultOrNoChange_isRefused() {
        assertThat(violations("{'environment':null,'scopes':null}", CreateKeyRequest.newBuilder()))
                .containsExactly(
                        new Violation("environment", "null", "one of live, test, or no such member"),
                        new Violation("scopes", "null", "an array, or no such member"));
        assertThat(violations(
                        "{'name':null,'scopes':null,'lifetime':null,'expire_time':null}",
                        UpdateKeyRequest.newBuilder()))
                .extracting(Violation::field)
                .containsExactly("name", "scopes", "lifetime", "expire_time");
        assertThat(violations("{'overlap':null,'expire_time':null}", RotateKeyRequest.newBuilder()))
                .extracting(Violation::field)
                .containsExactly("overlap", "expire_time");
        assertThat(violations("{'keys':[{'scopes':null}]}", ImportKeysRequest.newBuilder()))
                .extracting(Violation::field)
                .containsExactly("keys[0].scopes");
    }

    @Test
    void read_wrongElement_leavesTheOthersAtTheirPlaces() throws Exception {
        ImportKeysRequest.Builder request = ImportKeysRequest.newBuilder();
        new RequestJson().read(new JsonMapper().readTree("{\"keys\":[7,{\"name\":\"a\"}]}"), request, "");

        assertThat(request.getKeys(1).getName()).isEqualTo("a");
    }

    private static List<Violation> violations(String json, Message.Builder into) {
        RequestJson reader = new RequestJson();
        try {
            reader.read(new JsonMapper().readTree(json.replace('\'', '"')), into, "");
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException(e);
        }
        return reader.violations();
    }
}
