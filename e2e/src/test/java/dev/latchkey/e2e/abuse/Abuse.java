package dev.latchkey.e2e.abuse;

import static dev.latchkey.e2e.abuse.AbusivePeer.CONTINUATION;
import static dev.latchkey.e2e.abuse.AbusivePeer.DATA;
import static dev.latchkey.e2e.abuse.AbusivePeer.END_HEADERS;
import static dev.latchkey.e2e.abuse.AbusivePeer.END_STREAM;
import static dev.latchkey.e2e.abuse.AbusivePeer.HEADERS;
import static dev.latchkey.e2e.abuse.AbusivePeer.PING;
import static dev.latchkey.e2e.abuse.AbusivePeer.PRIORITY;
import static dev.latchkey.e2e.abuse.AbusivePeer.RST_STREAM;
import static dev.latchkey.e2e.abuse.AbusivePeer.SETTINGS;
import static dev.latchkey.e2e.abuse.AbusivePeer.WINDOW_UPDATE;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/** What a peer can do to the checks' port of a sidecar that no Envoy does; each as fast as it can. */
enum Abuse {
    /** Begins calls and takes them back (CVE-2023-44487). */
    RAPID_RESET(peer -> {
        int id = peer.next();
        peer.frame(HEADERS, END_HEADERS, id, AbusivePeer.check()).frame(RST_STREAM, 0, id, 0, 0, 0, 8);
    }),
    /** Begins calls and makes the server take them back (CVE-2025-8671). */
    MADE_YOU_RESET(peer -> {
        int id = peer.next();
        peer.frame(HEADERS, END_HEADERS, id, AbusivePeer.check()).frame(WINDOW_UPDATE, 0, id, 0, 0, 0, 0);
        peer.drain();
    }),
    SETTINGS_FLOOD(peer -> {
        peer.frame(SETTINGS, 0, 0, 0, 4, 0, 1, 0, 0);
        peer.drain();
    }),
    PING_FLOOD(peer -> peer.frame(PING, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8)),
    PRIORITY_FLOOD(peer -> peer.frame(PRIORITY, 0, peer.next(), 0, 0, 0, 0, 9)),
    /** A header block without end. */
    CONTINUATION_FLOOD(peer -> {
        if (peer.fresh()) {
            peer.frame(HEADERS, 0, peer.next(), AbusivePeer.check());
        }
        peer.frame(CONTINUATION, 0, peer.last(), AbusivePeer.FILLER);
    }),
    EMPTY_CONTINUATION_FLOOD(peer -> {
        if (peer.fresh()) {
            peer.frame(HEADERS, 0, peer.next(), AbusivePeer.check());
        }
        peer.frame(CONTINUATION, 0, peer.last());
    }),
    /** Checks whose answers may not be sent. */
    ZERO_WINDOW(peer -> {
        if (peer.fresh()) {
            peer.frame(SETTINGS, 0, 0, 0, 4, 0, 0, 0, 0);
        }
        check(peer);
        peer.drain();
    }),
    /** Checks whose answers are not read. */
    SLOW_READ(peer -> {
        if (peer.fresh()) {
            peer.frame(SETTINGS, 0, 0, 0, 4, 0x7f, 0xff, 0xff, 0xff).frame(WINDOW_UPDATE, 0, 0, 0x7f, 0xff, 0, 0);
        }
        check(peer);
    }),
    /** Calls whose message does not end, a byte at a time. */
    HALF_OPEN(peer -> {
        if (peer.fresh() || peer.last() % 1000 == 1) {
            peer.drain();
        }
        int id = peer.next();
        peer.frame(HEADERS, END_HEADERS, id, AbusivePeer.check()).frame(DATA, 0, id, 0, 0, 0x10, 0, 0);
        for (int i = 0; i < 20; i++) {
            peer.frame(DATA, 0, id, 1);
        }
    }),
    /** Calls with much of a message that does not end. */
    LARGE_HALF_OPEN(peer -> {
        int id = peer.next();
        peer.frame(HEADERS, END_HEADERS, id, AbusivePeer.check()).frame(DATA, 0, id, 0, 2, 0, 0, 0);
        for (int i = 0; i < 16; i++) {
            peer.frame(DATA, 0, id, AbusivePeer.FILLER);
        }
        peer.drain();
    }),
    /** Streams of no method, without end. */
    UNKNOWN_CALLS(peer -> {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        AbusivePeer.field(block, ":path", "/none");
        peer.frame(HEADERS, END_HEADERS, peer.next(), block.toByteArray());
        peer.drain();
    }),
    /** Names of binary metadata, small on the wire by reference and large in memory. */
    METADATA_BOMB(peer -> {
        peer.frame(HEADERS, END_HEADERS, peer.next(), AbusivePeer.bomb(peer.last() == 1));
        peer.drain();
    }),
    /** 64 MiB in 64 KiB. */
    GZIP_BOMB(peer -> {
        byte[] message = AbusivePeer.message(/* compressed= */ true, AbusivePeer.ZIPPED.length, AbusivePeer.ZIPPED);
        int id = peer.next();
        peer.frame(HEADERS, END_HEADERS, id, AbusivePeer.check("grpc-encoding", "gzip"));
        for (int at = 0; at < message.length; at += 16_384) {
            int end = Math.min(message.length, at + 16_384);
            peer.frame(DATA, end == message.length ? END_STREAM : 0, id, Arrays.copyOfRange(message, at, end));
        }
        peer.drain();
    });

    @SuppressWarnings("ImmutableEnumChecker") // Each is a lambda that holds nothing.
    private final Step step;

    private interface Step {
        void take(AbusivePeer peer) throws IOException;
    }

    Abuse(Step step) {
        this.step = step;
    }

    /** Goes on, on connection after connection if need be. */
    void run(int port, BooleanSupplier on) {
        while (on.getAsBoolean()) {
            try (AbusivePeer peer = new AbusivePeer(port)) {
                while (on.getAsBoolean()) {
                    step.take(peer);
                }
            } catch (IOException e) {
                // Closed by the sidecar: again.
            }
        }
    }

    private static void check(AbusivePeer peer) throws IOException {
        peer.frame(HEADERS, END_HEADERS, peer.next(), AbusivePeer.check())
                .frame(DATA, END_STREAM, peer.last(), AbusivePeer.MESSAGE);
    }
}
