package dev.latchkey.control.console;

import com.linecorp.armeria.common.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Collection;
import java.util.function.UnaryOperator;

/**
 * A file of the page, held in memory.
 *
 * @param etag the entity tag, in quotes as in the header
 */
@SuppressWarnings("ArrayRecordComponent") // assets are never compared
record Asset(byte[] bytes, MediaType type, String etag) {
    private static final int DIGEST_CHARACTERS = 22;

    /** Reads a UTF-8 text resource and applies {@code change} to its text. */
    static Asset read(String resource, MediaType type, UnaryOperator<String> change) {
        byte[] bytes = change.apply(text(resource)).getBytes(StandardCharsets.UTF_8);
        MessageDigest digest = sha256();
        digest.update(bytes);
        return new Asset(bytes, type, "\"" + shown(digest) + "\"");
    }

    /** Returns a digest of the contents of all {@code assets}, independent of their order. */
    static String digestOf(Collection<Asset> assets) {
        MessageDigest digest = sha256();
        assets.stream().map(Asset::etag).sorted().forEach(etag -> digest.update(etag.getBytes(StandardCharsets.UTF_8)));
        return shown(digest);
    }

    private static String text(String resource) {
        try (InputStream in = Asset.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("not on the class path: " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String shown(MessageDigest digest) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(digest.digest())
                .substring(0, DIGEST_CHARACTERS);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
