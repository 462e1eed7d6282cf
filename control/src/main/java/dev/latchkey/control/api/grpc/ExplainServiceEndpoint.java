package dev.latchkey.control.api.grpc;

import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.answer.DenialTemplates;
import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.control.api.gate.AdminAuth;
import dev.latchkey.control.explain.Explainer;
import dev.latchkey.control.explain.Explanation;
import dev.latchkey.control.explain.Finding;
import dev.latchkey.control.explain.Question;
import dev.latchkey.decision.Decision;
import dev.latchkey.decision.RouteConfig;
import dev.latchkey.key.AuthorizationHeader;
import dev.latchkey.key.Credential;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.v1.ExplainRequest;
import dev.latchkey.v1.ExplainResponse;
import dev.latchkey.v1.ExplainServiceGrpc;
import dev.latchkey.v1.ExplainStep;
import dev.latchkey.v1.HttpAnswer;
import dev.latchkey.v1.HttpHeader;
import dev.latchkey.v1.StepOutcome;
import io.grpc.stub.StreamObserver;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint of {@code latchkey.v1.ExplainService}. It translates between messages and the types of the rules, and
 * blocks the calling thread while Redis works.
 *
 * <p>This class is thread-safe.
 */
public final class ExplainServiceEndpoint extends ExplainServiceGrpc.ExplainServiceImplBase {
    private final Explainer explainer;
    private final KeyFormat format;
    private final DenialTemplates denials;
    private final IdentityHeaders identity;

    /** @param format the key format of the sidecars */
    public ExplainServiceEndpoint(Explainer explainer, KeyFormat format, AnswerStyle style) {
        this.explainer = explainer;
        this.format = format;
        this.denials = new DenialTemplates(style);
        this.identity = new IdentityHeaders(style.identityPrefix());
    }

    @Override
    public void explain(ExplainRequest request, StreamObserver<ExplainResponse> call) {
        ErrorMapping.answer(call, () -> response(explainer.explain(AdminAuth.reach(), question(request))));
    }

    private Question question(ExplainRequest request) {
        String secret = request.getSecret();
        Credential credential = AuthorizationHeader.parse(secret.isEmpty() ? null : "Bearer " + secret, format);
        return new Question(
                request.getMethod(),
                request.getPath(),
                request.getHost(),
                route(request, credential),
                credential,
                request.getPreflight());
    }

    private static RouteConfig route(ExplainRequest request, Credential credential) {
        String policy = request.getRoutePolicy();
        return new RouteConfig(/* sound= */ true, environment(request, credential), policy.isEmpty() ? null : policy);
    }

    private static @Nullable Environment environment(ExplainRequest request, Credential credential) {
        return switch (request.getRouteEnvironment()) {
            case ROUTE_AS_REFERENCE, UNRECOGNIZED ->
                credential instanceof Credential.Presented presented
                        ? presented.key().environment()
                        : Environment.LIVE;
            case ROUTE_LIVE -> Environment.LIVE;
            case ROUTE_TEST -> Environment.TEST;
            case ROUTE_SILENT -> null;
        };
    }

    private ExplainResponse response(Explanation explanation) {
        Decision decision = explanation.decision();
        ExplainResponse.Builder response = ExplainResponse.newBuilder()
                .setAllowed(decision instanceof Decision.Allow)
                .setCode(decision.reason().code())
                .setReason(decision.reason().text());
        explanation.findings().forEach(finding -> response.addSteps(step(finding)));
        if (decision instanceof Decision.Deny denied) {
            response.setAnswer(answer(denied));
        } else if (decision.key() != null) {
            identity.forEach(decision.key(), (name, value) -> response.addUpstreamHeaders(header(name, value)));
        }
        return response.build();
    }

    private HttpAnswer answer(Decision.Deny denied) {
        HttpAnswer.Builder answer = HttpAnswer.newBuilder()
                .setStatus(denied.denial().httpStatus())
                .addHeaders(header("content-type", DenialTemplates.CONTENT_TYPE));
        denials.headers(denied.reason(), denied.route())
                .forEach(header -> answer.addHeaders(header(header.name(), header.value())));
        return answer.setBody(denials.problemStart(denied.reason(), denied.route()) + DenialTemplates.end(null))
                .build();
    }

    private static ExplainStep step(Finding finding) {
        return ExplainStep.newBuilder()
                .setName(finding.step().name().toLowerCase(Locale.ROOT))
                .setOutcome(StepOutcome.valueOf(finding.outcome().name()))
                .setDetail(finding.detail())
                .build();
    }

    private static HttpHeader header(String name, String value) {
        return HttpHeader.newBuilder().setName(name).setValue(value).build();
    }
}
