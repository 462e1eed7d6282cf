package dev.latchkey.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.v1.Key;
import java.util.List;

/** How a key looks in results: as JSON and as text. Neither holds the secret. */
final class KeyView {
    private static final int SHOWN_SCOPES = 3;

    private KeyView() {}

    /** Returns the JSON of a key. What is not set is left out, but for the list of scopes. */
    static ObjectNode json(Key key) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", key.getId());
        json.put("workspace", key.getWorkspace());
        json.put("name", key.getName());
        json.put("environment", ProtoValues.text(key.getEnvironment()));
        ArrayNode scopes = json.putArray("scopes");
        key.getScopesList().forEach(scopes::add);
        json.put("state", ProtoValues.text(key.getState()));
        json.put("start", key.getStart());
        if (key.hasCreateTime()) {
            json.put("create_time", ProtoValues.text(key.getCreateTime()));
        }
        if (key.hasExpireTime()) {
            json.put("expire_time", ProtoValues.text(key.getExpireTime()));
        }
        if (key.hasLastUsedTime()) {
            json.put("last_used_time", ProtoValues.text(key.getLastUsedTime()));
        }
        if (key.hasRevokeTime()) {
            json.put("revoke_time", ProtoValues.text(key.getRevokeTime()));
        }
        json.put("pepper_version", key.getPepperVersion());
        putLink(json, "predecessor", key.getPredecessor());
        putLink(json, "successor", key.getSuccessor());
        return json;
    }

    private static void putLink(ObjectNode json, String member, String id) {
        if (!id.isEmpty()) {
            json.put(member, id);
        }
    }

    /** Returns a sheet: a name and a value on each line. */
    static TextTable sheet(Key key) {
        TextTable sheet = new TextTable()
                .row("id", key.getId())
                .row("workspace", key.getWorkspace())
                .row("name", key.getName())
                .row("environment", ProtoValues.text(key.getEnvironment()))
                .row("scopes", String.join(" ", key.getScopesList()))
                .row("state", ProtoValues.text(key.getState()))
                .row("start", key.getStart())
                .row("pepper", pepper(key))
                .row("created", created(key))
                .row("expires", expires(key))
                .row("last-used", lastUsed(key));
        if (key.hasRevokeTime()) {
            sheet = sheet.row("revoked", ProtoValues.seconds(key.getRevokeTime()));
        }
        if (!key.getPredecessor().isEmpty()) {
            sheet = sheet.row("replaces", key.getPredecessor());
        }
        return key.getSuccessor().isEmpty() ? sheet : sheet.row("replaced-by", key.getSuccessor());
    }

    /** Returns a table with a line for each key. */
    static TextTable table(List<Key> keys, Successors successors) {
        TextTable table = new TextTable()
                .row(
                        "ID",
                        "NAME",
                        "ENVIRONMENT",
                        "STATE",
                        "START",
                        "PEPPER",
                        "CREATED",
                        "EXPIRES",
                        "LAST USED",
                        "REPLACED BY",
                        "STILL USED",
                        "SCOPES");
        for (Key key : keys) {
            table.row(
                    key.getId(),
                    key.getName(),
                    ProtoValues.text(key.getEnvironment()),
                    ProtoValues.text(key.getState()),
                    key.getStart(),
                    pepper(key),
                    created(key),
                    expires(key),
                    lastUsed(key),
                    key.getSuccessor().isEmpty() ? "-" : key.getSuccessor(),
                    successors.stillUsed(key),
                    someScopes(key));
        }
        return table;
    }

    /** A key may have all of them: a line for it is to stay a line. */
    private static String someScopes(Key key) {
        List<String> scopes = key.getScopesList();
        return scopes.size() <= SHOWN_SCOPES
                ? String.join(" ", scopes)
                : String.join(" ", scopes.subList(0, SHOWN_SCOPES)) + " and " + (scopes.size() - SHOWN_SCOPES)
                        + " more";
    }

    private static String pepper(Key key) {
        return Integer.toString(key.getPepperVersion());
    }

    private static String created(Key key) {
        return key.hasCreateTime() ? ProtoValues.seconds(key.getCreateTime()) : "-";
    }

    private static String expires(Key key) {
        return key.hasExpireTime() ? ProtoValues.seconds(key.getExpireTime()) : "never";
    }

    private static String lastUsed(Key key) {
        return key.hasLastUsedTime() ? ProtoValues.seconds(key.getLastUsedTime()) : "-";
    }
}
