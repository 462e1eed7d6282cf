import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.AccessFlag;
import java.security.ProtectionDomain;
import java.util.function.Predicate;

/**
 * A Java agent that lets each check of the sidecar spin for a while before anything else, so that the benchmark can be
 * seen to notice. Its argument: microseconds. The method is found by its name, whatever its parameters; a sidecar
 * without it, or with two of that name, ends at once, with status 3.
 */
public final class Slowed implements ClassFileTransformer {
    private static final String CLASS = "dev/latchkey/server/authz/AuthorizationService";
    private static final String METHOD = "check";

    private static volatile long spinNanos;
    private static volatile boolean said;

    private Slowed() {}

    public static void premain(String micros, Instrumentation instrumentation) {
        spinNanos = (long) (Double.parseDouble(micros) * 1000);
        instrumentation.addTransformer(new Slowed());
    }

    /** Called by the sidecar's method. */
    public static void spin() {
        long start = System.nanoTime();
        if (!said) {
            said = true;
            System.err.println("slowed: each check spins " + spinNanos + " ns");
        }
        while (System.nanoTime() - start < spinNanos) {
            Thread.onSpinWait();
        }
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> old, ProtectionDomain domain, byte[] bytes) {
        if (!CLASS.equals(name)) {
            return null;
        }
        try {
            return slowed(bytes);
        } catch (Throwable e) { // the JVM would go on without the spin
            System.err.println("slowed: " + e);
            Runtime.getRuntime().halt(3);
            throw e;
        }
    }

    private static byte[] slowed(byte[] bytes) {
        ClassFile file = ClassFile.of();
        ClassModel model = file.parse(bytes);
        Predicate<MethodModel> isCheck =
                m -> m.methodName().equalsString(METHOD) && !m.flags().has(AccessFlag.BRIDGE);
        long found = model.methods().stream().filter(isCheck).count();
        if (found != 1) {
            throw new IllegalStateException(
                    CLASS + " has " + found + " methods " + METHOD + " (expected: one, to put the spin into)");
        }
        return file.transformClass(model, ClassTransform.transformingMethodBodies(isCheck, new Spin()));
    }

    private static final class Spin implements CodeTransform {
        @Override
        public void atStart(CodeBuilder code) {
            code.invokestatic(ClassDesc.of(Slowed.class.getName()), "spin", MethodTypeDesc.ofDescriptor("()V"));
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            code.with(element);
        }
    }
}
