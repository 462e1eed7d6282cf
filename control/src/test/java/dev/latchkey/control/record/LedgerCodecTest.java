package dev.latchkey.control.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.control.redis.StoreException;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyDigest;
import dev.latchkey.key.KeyRecord;
import dev.latchkey.key.WorkspaceRecord;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LedgerCodecTest {
    private static final ManagedKey KEY = key(KeyRecord.NEVER);

    @Test
    void encode_key_isThisText() {
        assertThat(LedgerCodec.encode(KEY))
                .isEqualTo("{\"v\":1,\"id\":\"key_1\",\"workspace\":\"ws_1\",\"environment\":\"live\","
                        + "\"digest\":\"1.-0nOLdc1kPdOL4EU21BqK1bkxmPkd6K_ighZFUDULAo\",\"start\":\"opt_live_0000\","
                        + "\"name\":\"Ärzte \\\"CRM\\\"\",\"scopes\":[\"cases:read\",\"a:b\"],\"state\":\"active\","
                        + "\"created_at\":1000,\"rev\":1}");
    }

    static Stream<Arguments> keys() {
        return Stream.of(
                Arguments.of("active, never expires", KEY),
                Arguments.of("with an expiry", key(5000)),
                Arguments.of("revoked", KEY.revoke(2000)),
                Arguments.of("revoked with an expiry", key(5000).revoke(2000)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keys")
    void decodeKey_whatEncodeWrote_isEqual(String row, ManagedKey key) {
        ManagedKey decoded = LedgerCodec.decodeKey("key_1", LedgerCodec.encode(key));

        assertThat(decoded).isEqualTo(key);
        assertThat(decoded.record().scopes())
                .containsExactlyElementsOf(key.record().scopes());
    }

    @ParameterizedTest(name = "active {0}")
    @org.junit.jupiter.params.provider.ValueSource(booleans = {true, false})
    void decodeWorkspace_whatEncodeWrote_isEqual(boolean active) {
        ManagedWorkspace workspace = new ManagedWorkspace(new WorkspaceRecord("ws_1", active, 3), "One", 1000);

        assertThat(LedgerCodec.decodeWorkspace("ws_1", LedgerCodec.encode(workspace)))
                .isEqualTo(workspace);
    }

    static Stream<Arguments> damage() {
        String sound = LedgerCodec.encode(KEY);
        return Stream.of(
                Arguments.of("no JSON", "opt"),
                Arguments.of("empty", ""),
                Arguments.of("no object", "[]"),
                Arguments.of("a later version", sound.replace("\"v\":1", "\"v\":2")),
                Arguments.of("another id", sound.replace("key_1", "key_2")),
                Arguments.of("no environment", sound.replace("environment", "x")),
                Arguments.of("another environment", sound.replace("\"live\"", "\"prod\"")),
                Arguments.of("no digest", sound.replace("digest", "x")),
                Arguments.of("another state", sound.replace("\"active\"", "\"maybe\"")),
                Arguments.of("a text as rev", sound.replace("\"rev\":1", "\"rev\":\"1\"")),
                Arguments.of("revoked, but not when", sound.replace("\"active\"", "\"revoked\"")),
                Arguments.of("a member twice", sound.replace("\"rev\":1", "\"rev\":1,\"rev\":2")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("damage")
    void decodeKey_damage_isBadRecord(String row, String text) {
        assertThatThrownBy(() -> LedgerCodec.decodeKey("key_1", text))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.fault()).isEqualTo(StoreException.Fault.BAD_RECORD))
                .hasMessageContaining("key_1");
    }

    @Test
    void describe_key_holdsNoDigest() {
        assertThat(LedgerCodec.describe(KEY))
                .doesNotContain(KEY.digest().text())
                .contains("\"scopes\"", "\"state\"");
    }

    @Test
    void toString_key_holdsNoDigest() {
        assertThat(KEY.toString()).doesNotContain(KEY.digest().text());
    }

    private static ManagedKey key(long expiresAt) {
        Set<String> scopes = new LinkedHashSet<>(List.of("cases:read", "a:b"));
        KeyRecord record =
                new KeyRecord("key_1", "ws_1", Environment.LIVE, scopes, KeyRecord.State.ACTIVE, expiresAt, 1);
        KeyDigest digest = KeyDigest.of("1.-0nOLdc1kPdOL4EU21BqK1bkxmPkd6K_ighZFUDULAo");
        return new ManagedKey(record, digest, "Ärzte \"CRM\"", "opt_live_0000", 1000, 0, ManagedKey.Links.NONE);
    }
}
