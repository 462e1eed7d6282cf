package dev.latchkey.server.authz;

import dev.latchkey.answer.AnswerStyle;
import dev.latchkey.answer.IdentityHeaders;
import dev.latchkey.decision.Decision;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** What {@link CheckResponses} has written, as Envoy reads it. */
final class ReadAnswers {
    private final CheckResponses responses;

    ReadAnswers(AnswerStyle style, IdentityHeaders identity) {
        this.responses = new CheckResponses(style, identity);
    }

    CheckResponse of(Decision decision, IncomingCheck check) {
        return read(responses.of(decision, check));
    }

    CheckResponse unreadable() {
        return read(responses.unreadable());
    }

    static CheckResponse read(WireResponse response) {
        try (InputStream message = response.stream()) {
            return CheckResponse.parseFrom(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
