package dev.latchkey.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.latchkey.v1.ExplainResponse;
import dev.latchkey.v1.ExplainStep;
import dev.latchkey.v1.HttpAnswer;
import dev.latchkey.v1.HttpHeader;
import dev.latchkey.v1.StepOutcome;
import java.util.List;

/** How an explained decision looks in results. */
final class ExplainView {
    private ExplainView() {}

    static ObjectNode json(ExplainResponse explained) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("allowed", explained.getAllowed());
        json.put("code", explained.getCode());
        json.put("reason", explained.getReason());
        ArrayNode steps = json.putArray("steps");
        for (ExplainStep step : explained.getStepsList()) {
            steps.addObject()
                    .put("name", step.getName())
                    .put("outcome", ProtoValues.text(step.getOutcome()))
                    .put("detail", step.getDetail());
        }
        if (explained.hasAnswer()) {
            HttpAnswer answer = explained.getAnswer();
            ObjectNode sent = json.putObject("answer").put("status", answer.getStatus());
            headers(sent.putArray("headers"), answer.getHeadersList());
            sent.put("body", answer.getBody());
        }
        headers(json.putArray("upstream_headers"), explained.getUpstreamHeadersList());
        return json;
    }

    static String text(ExplainResponse explained) {
        TextTable steps = new TextTable();
        for (ExplainStep step : explained.getStepsList()) {
            steps.row(mark(step.getOutcome()), step.getName(), step.getDetail());
        }
        StringBuilder text = new StringBuilder(steps.toString());
        text.append(explained.getAllowed() ? "\nallowed: " : "\ndenied: ")
                .append(Shown.line(explained.getCode() + ", " + explained.getReason()))
                .append('\n');
        if (explained.hasAnswer()) {
            HttpAnswer answer = explained.getAnswer();
            text.append("\nHTTP ").append(answer.getStatus()).append('\n');
            lines(text, answer.getHeadersList());
            text.append('\n').append(Shown.line(answer.getBody())).append('\n');
        } else if (explained.getUpstreamHeadersCount() > 0) {
            text.append("\nThe upstream gets, in place of authorization:\n");
            lines(text, explained.getUpstreamHeadersList());
        }
        return text.toString();
    }

    private static String mark(StepOutcome outcome) {
        return switch (outcome) {
            case PASSED -> "ok";
            case FAILED -> "FAILED";
            default -> "-";
        };
    }

    private static void headers(ArrayNode array, List<HttpHeader> headers) {
        for (HttpHeader header : headers) {
            array.addObject().put("name", header.getName()).put("value", header.getValue());
        }
    }

    private static void lines(StringBuilder text, List<HttpHeader> headers) {
        for (HttpHeader header : headers) {
            text.append(Shown.line(header.getName() + ": " + header.getValue())).append('\n');
        }
    }
}
