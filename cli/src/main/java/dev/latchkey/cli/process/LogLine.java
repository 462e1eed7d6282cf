package dev.latchkey.cli.process;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.CoreConstants;
import ch.qos.logback.core.LayoutBase;
import dev.latchkey.text.VisibleText;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A layout of one line per event: time, level, simple class name and message; then the stack trace, if there is one. It
 * is written by hand, because Logback's pattern parser is more code to load than the sidecar's edge.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern LINE_BREAKS = Pattern.compile("[\r\n]+");
    private static final int LEVEL_WIDTH = 5;
    private static final int MAX_MESSAGE = 8192;
    private static final String FRAME = "\tat ";
    /** The maximum number of stack frames per failure. Each cause has the same maximum of its own. */
    private static final int MAX_FRAMES = 20;

    private static final int MAX_TRACE_LINES = 80;
    private static final int MAX_TRACE_WIDTH = 500;

    @Override
    public String doLayout(ILoggingEvent event) {
        return render(event, /* trace= */ true, /* hidden= */ 0);
    }

    /**
     * Returns the lines of an event.
     *
     * @param trace whether to append the stack trace, shortened if it is long; otherwise the line names the failure
     * @param hidden how many earlier events of the same kind were not logged; if any, a line before the event says so
     */
    String render(ILoggingEvent event, boolean trace, long hidden) {
        StringBuilder lines = new StringBuilder();
        if (hidden > 0) {
            lines.append(note(event, "and " + hidden + " lines like the next were not logged"));
        }
        IThrowableProxy thrown = event.getThrowableProxy();
        String message = event.getFormattedMessage();
        if (thrown != null && !trace) {
            message += ": " + thrown.getClassName() + ": " + thrown.getMessage();
        }
        lines.append(line(event, message));
        if (thrown != null && trace) {
            appendTrace(lines, ThrowableProxyUtil.asString(thrown).lines().toList());
        }
        return lines.toString();
    }

    /** Returns a line about the log itself, with the time, level and class name of {@code event}. */
    String note(ILoggingEvent event, String message) {
        return line(event, message);
    }

    private static String line(ILoggingEvent event, String message) {
        StringBuilder line = new StringBuilder();
        TIME.formatTo(event.getInstant(), line);
        String level = event.getLevel().toString();
        line.append(' ').append(level).append(" ".repeat(LEVEL_WIDTH + 1 - level.length()));
        String logger = event.getLoggerName();
        line.append(logger, logger.lastIndexOf('.') + 1, logger.length()).append(' ');
        // Without this, a caller could forge a line with a line break, or a name with an invisible character.
        line.append(
                VisibleText.shown(LINE_BREAKS.matcher(cut(message, MAX_MESSAGE)).replaceAll(" ")));
        return line.append(CoreConstants.LINE_SEPARATOR).toString();
    }

    private static void appendTrace(StringBuilder lines, List<String> trace) {
        int shown = 0;
        int frames = 0;
        for (String line : trace) {
            // Every cause starts with a line that is not a frame, which resets the count.
            frames = line.startsWith(FRAME) ? frames + 1 : 0;
            if (frames <= MAX_FRAMES && shown < MAX_TRACE_LINES) {
                shown++;
                lines.append(cut(line, MAX_TRACE_WIDTH)).append(CoreConstants.LINE_SEPARATOR);
            }
        }
        if (shown < trace.size()) {
            lines.append("\t… ").append(trace.size() - shown).append(" lines more");
            lines.append(CoreConstants.LINE_SEPARATOR);
        }
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length) + "…";
    }
}
