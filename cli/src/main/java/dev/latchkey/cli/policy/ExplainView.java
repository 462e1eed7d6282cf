package dev.latchkey.cli.policy;

import dev.latchkey.cli.output.TerminalText;
import dev.latchkey.cli.output.TextTable;
import dev.latchkey.v1.ExplainResponse;
import dev.latchkey.v1.ExplainStep;
import dev.latchkey.v1.HttpAnswer;
import dev.latchkey.v1.HttpHeader;
import dev.latchkey.v1.StepOutcome;
import java.util.List;

/** The presentation of an explained decision. */
final class ExplainView {
    private ExplainView() {}

    static String text(ExplainResponse explained) {
        TextTable steps = new TextTable();
        for (ExplainStep step : explained.getStepsList()) {
            steps.row(mark(step.getOutcome()), step.getName(), step.getDetail());
        }
        StringBuilder text = new StringBuilder(steps.toString());
        text.append(explained.getAllowed() ? "\nallowed: " : "\ndenied: ")
                .append(TerminalText.line(explained.getCode() + ", " + explained.getReason()))
                .append('\n');
        if (explained.hasAnswer()) {
            HttpAnswer answer = explained.getAnswer();
            text.append("\nHTTP ").append(answer.getStatus()).append('\n');
            lines(text, answer.getHeadersList());
            text.append('\n').append(TerminalText.line(answer.getBody())).append('\n');
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

    private static void lines(StringBuilder text, List<HttpHeader> headers) {
        for (HttpHeader header : headers) {
            text.append(TerminalText.line(header.getName() + ": " + header.getValue()))
                    .append('\n');
        }
    }
}
