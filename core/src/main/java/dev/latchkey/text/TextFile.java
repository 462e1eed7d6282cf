package dev.latchkey.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A reader for small files that the user named. */
public final class TextFile {
    private static final int MAX_BYTES = 1 << 20;

    private TextFile() {}

    /**
     * Returns the whole text, in one of the encodings of {@link TextEncoding}.
     *
     * @throws IOException with a message for people: the path and the problem, without any of the content
     */
    public static String read(Path file) throws IOException {
        byte[] bytes = bytes(file, MAX_BYTES);
        try {
            return TextEncoding.decode(bytes);
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": neither UTF-8 nor UTF-16", e);
        }
    }

    /**
     * Returns all bytes of a file.
     *
     * @param max the largest size in bytes, a multiple of 1 MiB
     * @throws IOException as {@link #read}
     */
    static byte[] bytes(Path file, int max) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(max + 1);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": no such file", e);
        } catch (AccessDeniedException e) {
            throw new IOException(file + ": permission denied", e);
        } catch (IOException e) {
            throw new IOException(file + (Files.isDirectory(file) ? ": is a directory" : ": cannot be read"), e);
        }
        if (bytes.length > max) {
            throw new IOException(file + ": more than " + (max >> 20) + " MiB");
        }
        return bytes;
    }
}
