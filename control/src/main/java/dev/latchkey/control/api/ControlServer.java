package dev.latchkey.control.api;

import com.google.protobuf.InvalidProtocolBufferException;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.grpc.GrpcExceptionHandlerFunction;
import com.linecorp.armeria.common.grpc.GrpcMeterIdPrefixFunction;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.common.metric.MeterIdPrefixFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.HttpServiceWithRoutes;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcHealthCheckService;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.healthcheck.SettableHealthChecker;
import com.linecorp.armeria.server.metric.MetricCollectingService;
import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.control.api.gate.AdminAuth;
import dev.latchkey.control.api.gate.CallClass;
import dev.latchkey.control.api.gate.CallShares;
import dev.latchkey.control.api.gate.ExplicitFields;
import dev.latchkey.control.api.gate.RefusedChanges;
import dev.latchkey.control.api.rest.RestApi;
import dev.latchkey.net.ClientConnections;
import dev.latchkey.ops.LoopWatch;
import dev.latchkey.ops.OpsPages;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server on the control plane's port. It serves the services by gRPC and by REST, behind {@link AdminAuth}. Without
 * authentication, it serves the console page, {@code /openapi.json}, {@code grpc.health.v1}, {@code /livez}, {@code
 * /readyz} and {@code /metrics}.
 */
public final class ControlServer implements AutoCloseable {
    private static final int MAX_REQUEST_BYTES = 64 * 1024;
    private static final int MAX_CONNECTIONS = 512;
    /** Leaves room for clients at other addresses, yet is enough for an ingress that connects from one address. */
    private static final int MAX_CONNECTIONS_PER_ADDRESS = 384;
    /** A backstop that is reached only if displaced connections do not close. */
    private static final int MAX_SOCKETS = 2 * MAX_CONNECTIONS;

    private static final Duration IDLE = Duration.ofSeconds(15);
    private static final int MAX_CALLS_PER_CONNECTION = 128;
    /** The request timeout: an upper bound for all the waits for Redis of one call together. */
    private static final Duration CALL_LIMIT = Duration.ofSeconds(30);

    private static final Duration LOOP_PATIENCE = Duration.ofSeconds(10);

    /**
     * How long {@link #close} waits for calls in flight. Without the wait, their callers would not know the outcome.
     */
    private static final Duration DRAIN = Duration.ofSeconds(10);
    /** The quiet period. With a period of zero, the server would not wait for calls in flight. */
    private static final Duration QUIET = Duration.ofMillis(50);

    private static final MeterIdPrefixFunction CALLS = GrpcMeterIdPrefixFunction.of("latchkey.control");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://[^/?#@\\\\]+(?:/([^#]*))?");

    private final SettableHealthChecker serving = new SettableHealthChecker(false);
    private final ClientConnections connections = new ClientConnections(MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS);
    private final CallThreads threads = new CallThreads(CallClass.threads());
    private final LoopWatch loops;
    private final Server server;

    /**
     * @param tls the certificates; if present, the port accepts TLS only; if empty, plain text
     * @param console the page, served without authentication
     * @param pages the content of {@code /livez}, {@code /readyz} and {@code /metrics}, which this port serves too
     * @param metrics the registry that counts calls
     * @throws IOException if the address cannot be bound
     */
    public ControlServer(
            InetSocketAddress address,
            Optional<ServerCertificates> tls,
            AdminAuth auth,
            List<BindableService> services,
            HttpServiceWithRoutes console,
            OpsPages pages,
            AnswerStyle style,
            PrometheusMeterRegistry metrics)
            throws IOException {
        var grpc = GrpcService.builder()
                .addService(GrpcHealthCheckService.of(serving))
                .maxRequestMessageLength(MAX_REQUEST_BYTES)
                .exceptionHandler(ControlServer::statusOf)
                .useBlockingTaskExecutor(true);
        RefusedChanges refusedChanges = new RefusedChanges();
        CallShares shares = new CallShares();
        // gRPC calls the last interceptor first: authentication, then the shares of the threads, then the log of
        // refused changes, then the check of explicit fields.
        List<ServerServiceDefinition> authenticated = services.stream()
                .map(service ->
                        ServerInterceptors.intercept(service, new ExplicitFields(), refusedChanges, shares, auth))
                .toList();
        authenticated.forEach(grpc::addService);
        RestApi rest = new RestApi(authenticated, style);
        String document = rest.openApi();
        ServerBuilder builder = Server.builder();
        rest.forEach((route, service) -> builder.route()
                .addRoute(route)
                .maxRequestLength(MAX_REQUEST_BYTES)
                .decorator(MetricCollectingService.newDecorator(CALLS))
                .build(service));
        builder.errorHandler(rest.errors())
                .port(address, tls.isPresent() ? SessionProtocol.HTTPS : SessionProtocol.HTTP)
                .meterRegistry(metrics)
                .service(grpc.build(), MetricCollectingService.newDecorator(CALLS), post(rest))
                .absoluteUriTransformer(ControlServer::originForm)
                .service(
                        "/openapi.json", (context, request) -> HttpResponse.of(HttpStatus.OK, MediaType.JSON, document))
                .service(console)
                .service("/livez", page(pages))
                .service("/readyz", page(pages))
                .service("/metrics", page(pages))
                .decorator(this::underWay)
                .childChannelPipelineCustomizer(pipeline -> pipeline.addFirst(connections.newHandler()))
                .blockingTaskExecutor(threads.executor(), /* shutdownOnStop= */ true)
                .maxNumConnections(MAX_SOCKETS)
                .idleTimeout(IDLE)
                .http2MaxStreamsPerConnection(MAX_CALLS_PER_CONNECTION)
                .requestTimeout(CALL_LIMIT)
                .bossGroupFactory(EventLoops::acceptor)
                .gracefulShutdownTimeout(QUIET, DRAIN)
                .connectionDrainDuration(QUIET)
                .verboseResponses(false)
                .disableServerHeader();
        tls.ifPresent(certificates -> certificates.applyTo(builder));
        server = builder.build();
        loops = new LoopWatch(System::nanoTime, LOOP_PATIENCE, server.config().workerGroup());
        try {
            server.start().join();
        } catch (CompletionException e) {
            server.close();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(cause.getMessage(), cause);
        }
    }

    public int port() {
        return server.activeLocalPort();
    }

    /** Returns the number of connections that were closed to make room for others, or that found no room themselves. */
    public long displacedConnections() {
        return connections.displaced();
    }

    /** Returns why the process should be restarted: an event loop or the call threads are stuck. Never blocks. */
    public Optional<String> lifeProblem() {
        // Always evaluated, also if a loop is stuck: the check measures progress between its invocations.
        Optional<String> stuck = threads.problem(System.nanoTime());
        return loops.problem().or(() -> stuck);
    }

    /** Sets whether health checks report this server as serving. */
    public void setServing(boolean value) {
        serving.setHealthy(value);
    }

    @Override
    public void close() {
        server.close();
    }

    /** Maps a failure to a status. Armeria's own mapping makes an exceeded deadline CANCELLED, and reveals causes. */
    private static Status statusOf(RequestContext context, Status status, Throwable cause, Metadata metadata) {
        if (isNoMessage(cause)) {
            return Status.INVALID_ARGUMENT.withDescription("the request's bytes are no message of this call");
        }
        return cause instanceof RequestTimeoutException
                ? Status.DEADLINE_EXCEEDED
                : GrpcExceptionHandlerFunction.of()
                        .apply(context, status, cause, metadata)
                        .withCause(null);
    }

    private static Function<? super HttpService, ? extends HttpService> post(RestApi rest) {
        // Decorates the service instead of wrapping it in a lambda: gRPC's health service must be notified that the
        // server has started.
        return grpc -> grpc.decorate(rest::post);
    }

    /**
     * Returns the target in origin form: a client that takes this port for a proxy sends a whole URL (RFC 9112 3.2.2).
     */
    private static String originForm(String target) {
        Matcher absolute = ABSOLUTE.matcher(target);
        return absolute.matches() ? "/" + (absolute.group(1) == null ? "" : absolute.group(1)) : target;
    }

    /** Returns whether the request could not be parsed. gRPC would report INTERNAL, but the caller is at fault. */
    private static boolean isNoMessage(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidProtocolBufferException) {
                return true;
            }
        }
        return false;
    }

    /**
     * Marks a call as in flight from the end of its request to the start of its response, so that its connection is not
     * displaced meanwhile. A request that is only partly sent does not protect its connection.
     */
    private HttpResponse underWay(HttpService service, ServiceRequestContext context, HttpRequest request)
            throws Exception {
        var unused = request.whenComplete().thenRun(() -> {
            ClientConnections.Call call = connections.begin(context.remoteAddress(), context.localAddress());
            var unusedStart = context.log()
                    .whenAvailable(RequestLogProperty.RESPONSE_START_TIME)
                    .thenRun(call::end);
            var unusedEnd = context.log().whenComplete().thenRun(call::end);
        });
        return service.serve(context, request);
    }

    private static HttpService page(OpsPages pages) {
        return (context, request) -> {
            OpsPages.Page page = pages.at(context.path());
            return HttpResponse.of(HttpStatus.valueOf(page.status()), MediaType.parse(page.type()), page.body());
        };
    }
}
