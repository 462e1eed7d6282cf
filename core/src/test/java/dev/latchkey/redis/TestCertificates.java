package dev.latchkey.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * A certificate authority of the test's own and what it has signed, as PEM files in a folder that goes with the
 * process.
 */
public final class TestCertificates {
    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final Path ca;
    private final Pair server;

    /** A certificate with its key. */
    public record Pair(Path certificate, Path key) {}

    private TestCertificates(Path folder) throws IOException {
        this.folder = folder;
        keytool("-genkeypair -alias ca -dname CN=ca -ext bc:c=ca:true -ext ku:c=keyCertSign");
        this.ca = folder.resolve("ca.pem");
        keytool("-exportcert -rfc -alias ca -file " + ca);
        this.server = issue("server", "-ext san=ip:127.0.0.1,dns:localhost");
    }

    /** Makes an authority, and a certificate for this machine. */
    public static TestCertificates create() {
        try {
            Path folder = Files.createTempDirectory("latchkey-certificates");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            return new TestCertificates(folder);
        } catch (IOException e) {
            throw new AssertionError("no certificates", e);
        }
    }

    /** Returns the authority's own certificate. */
    public Path ca() {
        return ca;
    }

    /** Returns a certificate for 127.0.0.1 and localhost. */
    public Pair server() {
        return server;
    }

    /** Returns another certificate; {@code extensions} are arguments of keytool, such as {@code -ext san=dns:other}. */
    public Pair issue(String name, String extensions) {
        Path certificate = folder.resolve(name + ".pem");
        Path request = folder.resolve(name + ".csr");
        keytool("-genkeypair -alias " + name + " -dname CN=" + name);
        keytool("-certreq -alias " + name + " -file " + request);
        keytool("-gencert -rfc -alias ca -infile " + request + " -outfile " + certificate + " " + extensions);
        return new Pair(certificate, exportKey(name));
    }

    private Path exportKey(String name) {
        try (InputStream in = Files.newInputStream(store())) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            byte[] key = keys.getKey(name, PASSWORD.toCharArray()).getEncoded();
            String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
            return Files.writeString(
                    folder.resolve(name + ".key"),
                    "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n");
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private Path store() {
        return folder.resolve("keys.p12");
    }

    private void keytool(String arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments.strip().split(" +")));
        command.addAll(List.of("-keystore", store().toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        if (arguments.startsWith("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1"));
        }
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(command + "\n" + output);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            System.err.println("left behind: " + folder);
        }
    }
}
