package dev.latchkey.control.imports;

import static dev.latchkey.control.Callers.ALICE;

import dev.latchkey.control.TestControl;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.PresentedKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.IntStream;

/** Keys from elsewhere, and a call that imports them. */
public final class ImportWorld {
    static final List<String> READ = List.of("cases:read");
    private static final SecureRandom RANDOM = new SecureRandom();

    private ImportWorld() {}

    public static String minted() {
        return new KeyFormat("opt", false).mint(Environment.LIVE, RANDOM).reveal();
    }

    public static List<KeyToImport> minted(int count) {
        return IntStream.range(0, count).mapToObj(i -> key(minted())).toList();
    }

    public static KeyToImport key(String secret) {
        return new KeyToImport(secret, "", List.of(), Expiry.Never.NEVER);
    }

    public static ImportedKey importOne(TestControl control, String workspace, String secret) {
        return importAll(control, workspace, List.of(key(secret))).get(0);
    }

    public static List<ImportedKey> importAll(TestControl control, String workspace, List<KeyToImport> keys) {
        return control.imports(/* acceptImported= */ true).importKeys(ALICE, workspace, keys, READ);
    }

    public static PresentedKey presented(String secret) {
        return ((Credential.Presented) new KeyFormat("opt", true).parse(secret)).key();
    }
}
