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
 * The control plane's port: its services behind {@link AdminAuth}, by gRPC and by REST; and open to all, {@code /openapi.json}, {@code
 * grpc.health.v1}, {@code /livez}, {@code /readyz} and {@code /metrics}.
 */
public final class ControlServer implements AutoCloseable {
    private static final int MAX_REQUEST_BYTES = 64 * 1024;
    private static final int MAX_CONNECTIONS = 512;
    /** So that the clients of one address leave room for the others, and an ingress is enough of one. */
    private static final int MAX_CONNECTIONS_PER_ADDRESS = 384;
    /** Only if the connections that were displaced do not go. */
    private static final int MAX_SOCKETS = 2 * MAX_CONNECTIONS;

    private static final Duration IDLE = Duration.ofSeconds(15);
    private static final int MAX_CALLS_PER_CONNECTION = 128;
    /** The most that all the waits for Redis of one call can come to. */
    private static final Duration CALL_LIMIT = Duration.ofSeconds(30);

    private static final Duration LOOP_PATIENCE = Duration.ofSeconds(10);

    /** At the end: the calls under way are waited for, since whether they were done is else not known. */
    private static final Duration DRAIN = Duration.ofSeconds(10);
    /** Zero would wait for none. */
    private static final Duration QUIET = Duration.ofMillis(50);

    private static final MeterIdPrefixFunction CALLS = GrpcMeterIdPrefixFunction.of("latchkey.control");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://[^/?#@\\\\]+(?:/([^#]*))?");

    private final SettableHealthChecker serving = new SettableHealthChecker(false);
    private final ClientConnections connections = new ClientConnections(MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS);
    private final CallThreads threads = new CallThreads(CallClass.threads());
    private final LoopWatch loops;
    private final Server server;

    /**
     * @param tls empty for plain text; else nothing else is answered
     * @param console the page, open to all
     * @param pages what {@code /livez}, {@code /readyz} and {@code /metrics} show, here too
     * @param metrics where calls are counted
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

    /** Returns how many connections had to close so that others could open, or could not open. */
    public long displacedConnections() {
        return connections.displaced();
    }

    /** Returns why the process should be started anew: a loop or the threads of calls are stuck. Never blocks. */
    public Optional<String> lifeProblem() {
        Optional<String> stuck = threads.problem(System.nanoTime());
        return loops.problem().or(() -> stuck);
    }

    /** Tells health checks whether to send calls here. */
    public void setServing(boolean value) {
        serving.setHealthy(value);
    }

    @Override
    public void close() {
        server.close();
    }

    /** Armeria's own mapping calls a passed deadline CANCELLED; and it would tell causes. */
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
        // Not a lambda for a service: gRPC's health service has to be told that the server has started.
        return grpc -> grpc.decorate(rest::post);
    }

    /** A client that takes this port for a proxy sends the whole URL (RFC 9112 3.2.2). */
    private static String originForm(String target) {
        Matcher absolute = ABSOLUTE.matcher(target);
        return absolute.matches() ? "/" + (absolute.group(1) == null ? "" : absolute.group(1)) : target;
    }

    /** gRPC would call it INTERNAL, but it is the caller's fault. */
    private static boolean isNoMessage(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidProtocolBufferException) {
                return true;
            }
        }
        return false;
    }

    /** A connection keeps its place from the end of a request to the beginning of the answer: what is half sent counts for nothing. */
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
