package dev.latchkey.cli.policy;

import dev.latchkey.cli.client.ControlClient;
import dev.latchkey.cli.client.ControlOptions;
import dev.latchkey.cli.environment.SecretInput;
import dev.latchkey.cli.output.CommandFailure;
import dev.latchkey.cli.output.Output;
import dev.latchkey.v1.ExplainRequest;
import dev.latchkey.v1.ExplainResponse;
import dev.latchkey.v1.RouteEnvironment;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The {@code latchkey explain} command. */
@Command(
        name = "explain",
        description = {
            "Show what is decided about a request, step by step, and what the client would get.",
            "Asked of the control plane, which decides as the sidecars do. Changes nothing."
        })
public final class ExplainCommand implements Callable<Integer> {
    @Mixin
    private final ControlOptions control;

    private final SecretInput input;
    private final Output output;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "METHOD", description = "GET, POST, …")
    private String method = "";

    @Parameters(index = "1", paramLabel = "PATH", description = "Path and query, such as /v1/cases?page=2.")
    private String path = "";

    @Option(names = "--host", paramLabel = "HOST", description = "The Host of the request.")
    private String host = "";

    @Option(
            names = "--key-stdin",
            description = "Read the key from standard input. Without it: a request without a key.")
    private boolean keyFromInput;

    @Option(
            names = "--route-environment",
            paramLabel = "ENV",
            converter = RouteEnvironmentConverter.class,
            description = {
                "What the Envoy route says in latchkey.environment: live, test or none.",
                "Default: as in the reference configuration, test for test keys and live for the rest."
            })
    private RouteEnvironment routeEnvironment = RouteEnvironment.ROUTE_AS_REFERENCE;

    @Option(
            names = "--route-policy",
            paramLabel = "NAME",
            description = "What the Envoy route says in latchkey.policy. Default: nothing.")
    private String routePolicy = "";

    @Option(names = "--preflight", description = "A CORS preflight: with Origin and Access-Control-Request-Method.")
    private boolean preflight;

    public ExplainCommand(ControlOptions control, SecretInput input, Output output) {
        this.control = control;
        this.input = input;
        this.output = output;
    }

    @Override
    public Integer call() {
        ExplainRequest.Builder request = ExplainRequest.newBuilder()
                .setMethod(method)
                .setPath(path)
                .setHost(host)
                .setRouteEnvironment(routeEnvironment)
                .setRoutePolicy(routePolicy)
                .setPreflight(preflight);
        ExplainResponse explained;
        try (ControlClient client = control.client()) {
            if (keyFromInput) {
                request.setSecret(input.readKey());
            }
            explained = client.explain(stub -> stub.explain(request.build()));
        }
        output.print(spec, explained, ExplainView.text(explained));
        return explained.getAllowed() ? 0 : CommandFailure.REFUSED;
    }

    private static final class RouteEnvironmentConverter implements ITypeConverter<RouteEnvironment> {
        @Override
        public RouteEnvironment convert(String text) {
            return switch (text) {
                case "live" -> RouteEnvironment.ROUTE_LIVE;
                case "test" -> RouteEnvironment.ROUTE_TEST;
                case "none" -> RouteEnvironment.ROUTE_SILENT;
                default -> throw new TypeConversionException(text + " (expected: live, test or none)");
            };
        }
    }
}
