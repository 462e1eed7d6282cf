package dev.latchkey.control.keys;

import static dev.latchkey.control.Callers.ALICE;

import dev.latchkey.control.TestControl;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.key.PresentedKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.IntStream;

/** Keys from elsewhere, and a call that imports them. */
final class ImportWorld {
    static final List<String> READ = List.of("cases:read");
    private static final SecureRandom RANDOM = new SecureRandom();

    private ImportWorld() {}

    static String minted() {
        return new KeyFormat("opt", false).mint(Environment.LIVE, RANDOM).reveal();
    }

    static List<KeyToImport> minted(int count) {
        return IntStream.range(0, count).mapToObj(i -> key(minted())).toList();
    }

    static KeyToImport key(String secret) {
        return new KeyToImport(secret, "", List.of(), Expiry.Never.NEVER);
    }

    static ImportedKey importOne(TestControl control, String workspace, String secret) {
        return importAll(control, workspace, List.of(key(secret))).get(0);
    }

    static List<ImportedKey> importAll(TestControl control, String workspace, List<KeyToImport> keys) {
        return control.imports(/* acceptImported= */ true).importKeys(ALICE, workspace, keys, READ);
    }

    static PresentedKey presented(String secret) {
        return ((Credential.Presented) new KeyFormat("opt", true).parse(secret)).key();
    }
}
