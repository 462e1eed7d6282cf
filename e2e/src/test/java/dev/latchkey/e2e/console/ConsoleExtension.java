package dev.latchkey.e2e.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test class one {@link ConsoleWorld}, and each of its tests a {@link Browser} of its own. Constructors and
 * methods take them as parameters; each is started when it is first asked for, and closed at the end of the class or of
 * the test.
 */
final class ConsoleExtension implements ParameterResolver {
    private static final Namespace OURS = Namespace.create(ConsoleExtension.class);

    /** A constructor is called for one test, so that what it gets is that test's. */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == ConsoleWorld.class
                || (type == Browser.class && context.getTestMethod().isPresent());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Browser.class
                ? context.getStore(OURS).computeIfAbsent(Browser.class, type -> new Browser())
                : ofClass(context).getStore(OURS).computeIfAbsent(ConsoleWorld.class, type -> start());
    }

    private static ExtensionContext ofClass(ExtensionContext context) {
        ExtensionContext found = context;
        while (found.getTestMethod().isPresent()) {
            found = found.getParent().orElseThrow();
        }
        return found;
    }

    private static ConsoleWorld start() {
        try {
            return new ConsoleWorld();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
