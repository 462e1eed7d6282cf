package dev.latchkey.cli.keys;

import dev.latchkey.cli.output.ProtoValues;
import dev.latchkey.cli.output.TextTable;
import dev.latchkey.v1.Key;
import java.util.List;

/** The presentation of keys in results, without their secrets. */
final class KeyTable {
    private static final int SHOWN_SCOPES = 3;

    private KeyTable() {}

    /** Returns the details of a key, with a name and a value on each line. */
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
        if (key.getAnswerUnconfirmed()) {
            sheet = sheet.row("answer", "not confirmed: if nobody has this key, rotate or revoke it");
        }
        if (key.hasRevokeTime()) {
            sheet = sheet.row("revoked", ProtoValues.seconds(key.getRevokeTime()));
        }
        if (key.getForeign()) {
            sheet = sheet.row("made-by", "another service");
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
                    state(key),
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

    private static String state(Key key) {
        String state = ProtoValues.text(key.getState());
        return key.getAnswerUnconfirmed() ? state + " (answer not confirmed)" : state;
    }

    /** Returns at most the first few scopes. A key may have all scopes, and its line must stay readable. */
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
