package dev.latchkey.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The Lettuce options of each connection to an index. Lettuce does not reconnect by itself. A command never queues
 * while the connection is down, and never waits without a time limit.
 */
public final class LinkOptions {
    private static final int MAX_QUEUED_COMMANDS = 16_384;

    private LinkOptions() {}

    /**
     * @param timeout the timeout of each command
     * @param connectTimeout the timeout of the connection, and of its TLS handshake
     */
    public static ClientOptions of(TlsFiles files, Duration timeout, Duration connectTimeout) {
        return ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MAX_QUEUED_COMMANDS)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .pingBeforeActivateConnection(true)
                .timeoutOptions(TimeoutOptions.enabled(timeout))
                .sslOptions(ssl(files, connectTimeout))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(connectTimeout)
                        .keepAlive(true)
                        .tcpNoDelay(true)
                        .build())
                .build();
    }

    private static SslOptions ssl(TlsFiles files, Duration handshakeTimeout) {
        SslOptions.Builder options = SslOptions.builder().jdkSslProvider().handshakeTimeout(handshakeTimeout);
        Path ca = files.ca();
        if (ca != null) {
            options.trustManager(ca.toFile());
        }
        Path certificate = files.certificate();
        Path key = files.key();
        if (certificate != null && key != null) {
            options.keyManager(certificate.toFile(), key.toFile(), new char[0]);
        }
        return options.build();
    }
}
