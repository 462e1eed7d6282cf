package dev.latchkey.config;

import dev.latchkey.config.value.Form;
import dev.latchkey.config.value.RawValue;
import dev.latchkey.config.value.SettingProblems;
import dev.latchkey.text.EntryList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The form of {@code control.tokens}. In the configuration file the value is a list of mappings with name, role,
 * workspace and hash. In a variable the value is
 * {@code name:operator:sha256:<hex>,name:manager:workspace:sha256:<hex>,…}; in a tokens file the entries can also stand
 * on separate lines. Messages never show a value, because a user who mixes the fields up can have put a secret in the
 * place of a name.
 *
 * <p>A faulty entry does not invalidate the sound ones, which are returned. Two different entries with the same name or
 * the same hash are both dropped, because Latchkey cannot tell which of the two is meant.
 */
final class AdminTokens implements Form<List<AdminToken>> {
    static final String HASH_PREFIX = "sha256:";

    private static final Pattern FIELD = Pattern.compile("(.*\\[[0-9]+])\\.([^.]+)");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern HASH = Pattern.compile(HASH_PREFIX + "([0-9A-Fa-f]{64})");
    static final String EXPECTED_NAME = "1 to 64 letters, digits and _.-";
    private static final String EXPECTED_WORKSPACE =
            "for a manager or reader the id of their one workspace: 1 to 64 letters, digits, _ and -, not - alone";
    private static final String EXPECTED_HASH = "sha256: and 64 hexadecimal digits, from latchkey token generate";
    private static final List<String> FIELDS = List.of("name", "role", "workspace", "hash");
    private static final String EXPECTED_LIST = "a list with name, role, workspace and hash of each";
    // The id of a workspace contains no colon, but can be "sha256".
    private static final Pattern ENTRY =
            Pattern.compile("(?<name>[^:]*):(?<role>[^:]*):(?:(?<workspace>[^:]*):(?=sha256:))?(?<hash>.*)");

    /** The name of the control plane itself in the audit trail. */
    private static final String RESERVED = "latchkey";

    /** Returns whether {@code text} is a permitted token name. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches() && !text.equalsIgnoreCase(RESERVED);
    }

    @Override
    public boolean isList() {
        return true;
    }

    @Override
    public String expected() {
        return "name:operator:sha256:<hex> or name:manager:workspace:sha256:<hex> or the same with reader,"
                + " separated by commas; in the file also " + EXPECTED_LIST;
    }

    @Override
    public boolean composite() {
        return true;
    }

    @Override
    public List<AdminToken> read(List<RawValue> given, SettingProblems problems) {
        Map<String, Map<String, RawValue>> entries = new LinkedHashMap<>();
        for (RawValue one : given) {
            for (RawValue part :
                    one.path().equals(SettingTable.CONTROL_TOKENS.key()) ? split(one, problems) : List.of(one)) {
                Matcher field = FIELD.matcher(part.path());
                if (field.matches() && FIELDS.contains(field.group(2))) {
                    entries.computeIfAbsent(field.group(1), e -> new LinkedHashMap<>())
                            .put(field.group(2), part);
                } else {
                    problems.add(part, "not known (expected: " + EXPECTED_LIST + ")");
                }
            }
        }
        return new Reader(problems).read(entries);
    }

    private List<RawValue> split(RawValue whole, SettingProblems problems) {
        List<EntryList.Entry> entries = EntryList.of(whole.text());
        if (entries.isEmpty()) {
            problems.add(whole, "empty (expected: " + expected() + ")");
            return List.of();
        }
        List<RawValue> parts = new ArrayList<>();
        boolean oneLine = entries.stream().allMatch(entry -> entry.line() == 1);
        for (int i = 0; i < entries.size(); i++) {
            EntryList.Entry one = entries.get(i);
            RawValue here = (oneLine ? whole : whole.from(whole.origin() + ":" + one.line()))
                    .at(whole.path() + "[" + i + "]", "");
            Matcher entry = ENTRY.matcher(one.text());
            if (!entry.matches()) {
                String what = one.text().isEmpty() ? "empty" : "not of this form";
                problems.add(here, what + " (expected: " + expected() + ")");
                continue;
            }
            for (String field : FIELDS) {
                String text = entry.group(field);
                if (text != null) {
                    parts.add(here.at(here.path() + "." + field, text));
                }
            }
        }
        return parts;
    }

    /** A reader of entries whose field names are known; it also finds names and hashes that several entries share. */
    private static final class Reader {
        private final SettingProblems problems;
        private final Set<String> names = new HashSet<>();
        private final Set<String> hashes = new HashSet<>();

        Reader(SettingProblems problems) {
            this.problems = problems;
        }

        List<AdminToken> read(Map<String, Map<String, RawValue>> entries) {
            Set<AdminToken> tokens = new LinkedHashSet<>();
            Set<List<String>> distinct = new HashSet<>();
            entries.forEach((path, fields) -> {
                distinct.add(FIELDS.stream()
                        .map(field ->
                                fields.containsKey(field) ? fields.get(field).text() : "")
                        .toList());
                // A missing field has no position of its own: its problem is reported at the position of the entry.
                RawValue any = fields.values().iterator().next().at(path, "");
                String name = name(fields.getOrDefault("name", any));
                AdminToken.Role role = role(fields.getOrDefault("role", any));
                String workspace = workspace(role, fields.get("workspace"), any);
                String hash = hash(fields.getOrDefault("hash", any));
                if (name != null && role != null && workspace != null && hash != null) {
                    tokens.add(new AdminToken(name, role, workspace, hash));
                }
            });
            Set<String> shared = new HashSet<>(sharedTexts(distinct, FIELDS.indexOf("name")));
            shared.addAll(sharedTexts(distinct, FIELDS.indexOf("hash")));
            return tokens.stream()
                    .filter(token -> !shared.contains(token.name()) && !shared.contains(HASH_PREFIX + token.sha256()))
                    .toList();
        }

        /**
         * Returns the values of {@code field} that more than one entry has. Hashes are compared and returned in lower
         * case, names exactly as given.
         */
        private static Set<String> sharedTexts(Set<List<String>> entries, int field) {
            Set<String> seen = new HashSet<>();
            return entries.stream()
                    .map(entry -> entry.get(field))
                    .map(text -> text.startsWith(HASH_PREFIX) ? text.toLowerCase(Locale.ROOT) : text)
                    .filter(text -> !seen.add(text))
                    .collect(Collectors.toSet());
        }

        private @Nullable String name(RawValue given) {
            if (given.text().equalsIgnoreCase(RESERVED)) {
                problems.add(
                        given,
                        "the name is reserved: the audit trail calls the control plane itself so (expected:"
                                + " another name)");
                return null;
            }
            if (!isName(given.text())) {
                problems.add(given, "the name is missing or not a name (expected: " + EXPECTED_NAME + ")");
                return null;
            }
            if (!names.add(given.text())) {
                problems.add(given, "the name is another token's too (expected: each once)");
            }
            return given.text();
        }

        private AdminToken.@Nullable Role role(RawValue given) {
            AdminToken.Role role = AdminToken.Role.of(given.text()).orElse(null);
            if (role == null) {
                problems.add(given, "the role is missing or not known (expected: operator, manager or reader)");
            }
            return role;
        }

        /**
         * Returns the workspace; empty for an operator, and null if the workspace is invalid or the role is unknown.
         */
        private @Nullable String workspace(AdminToken.@Nullable Role role, @Nullable RawValue given, RawValue any) {
            if (role == AdminToken.Role.OPERATOR) {
                if (given != null) {
                    problems.add(
                            given,
                            "a workspace for an operator, who has them all (expected: none, or the role manager"
                                    + " or reader)");
                }
                return given == null ? "" : null;
            }
            if (given != null && AdminToken.isWorkspace(given.text())) {
                return given.text();
            }
            if (given != null || role != null) {
                problems.add(
                        given == null ? any : given,
                        "the workspace is missing or not one's id (expected: " + EXPECTED_WORKSPACE + ")");
            }
            return null;
        }

        private @Nullable String hash(RawValue given) {
            Matcher matcher = HASH.matcher(given.text());
            if (!matcher.matches()) {
                problems.add(given, "the hash is missing or not a hash (expected: " + EXPECTED_HASH + ")");
                return null;
            }
            String hash = matcher.group(1).toLowerCase(Locale.ROOT);
            if (!hashes.add(hash)) {
                problems.add(given, "the hash is another token's too (expected: each once)");
            }
            return hash;
        }
    }
}
