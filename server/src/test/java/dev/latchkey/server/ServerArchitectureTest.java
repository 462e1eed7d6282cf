package dev.latchkey.server;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;

@AnalyzeClasses(
        packages = "dev.latchkey",
        importOptions = {ImportOption.DoNotIncludeTests.class, ServerArchitectureTest.NoTestJars.class})
class ServerArchitectureTest {

    /** The tests of core arrive here in a jar. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    /** Any bytes could be called a response, and what AllowByKey writes is an allow. */
    @ArchTest
    static final ArchRule ONLY_ONE_CLASS_ANSWERS = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.latchkey.server.authz.CheckResponses")
            .should()
            .callConstructorWhere(target(owner(name("dev.latchkey.server.authz.WireResponse"))))
            .orShould()
            .callConstructorWhere(target(owner(name("dev.latchkey.server.authz.AllowByKey"))));

    /** No push reaches it. */
    @ArchTest
    static final ArchRule ONLY_THE_WARM_UP_REHEARSES = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.latchkey.server.warmup.WarmUp")
            .and()
            .doNotHaveFullyQualifiedName("dev.latchkey.server.cache.RehearsalIndex")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("dev.latchkey.server.cache.RehearsalIndex");

    /** A CheckResponse with status code 0 is an allow, an empty one too: nobody else may come near a builder of one. */
    @ArchTest
    static final ArchRule ONLY_TWO_CLASSES_BUILD_ANSWERS = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.latchkey.server.authz.CheckResponses")
            .and()
            .doNotHaveFullyQualifiedName("dev.latchkey.server.authz.AllowByKey")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(CheckResponse.Builder.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(OkHttpResponse.class)
            .orShould()
            .callMethod(CheckResponse.class, "getDefaultInstance")
            .orShould()
            .callMethod(CheckResponse.class, "newBuilder")
            .orShould()
            .callMethod(CheckResponse.class, "toBuilder")
            .orShould()
            .callMethod(CheckResponse.class, "parseFrom", byte[].class);

    @ArchTest
    static final ArchRule ONLY_THE_EDGE_KNOWS_ENVOY = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.latchkey.server.authz..", "dev.latchkey.server.port..", "dev.latchkey.server.warmup..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.envoyproxy..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("dev.latchkey.(**)").should().beFreeOfCycles();

    /** The cache is true without knowing by what it is kept true. */
    @ArchTest
    static final ArchRule THE_CACHE_KNOWS_NO_FEED = noClasses()
            .that()
            .resideInAPackage("dev.latchkey.server.cache..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.latchkey.server.feed..", "dev.latchkey.redis..", "io.lettuce..");

    @ArchTest
    static final ArchRule THE_EDGE_KNOWS_NO_REDIS = noClasses()
            .that()
            .resideInAnyPackage("dev.latchkey.server.authz..", "dev.latchkey.server.ops..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..");

    @ArchTest
    static final ArchRule THE_SIDECAR_KNOWS_NO_CONTROL_PLANE = noClasses()
            .that()
            .resideInAPackage("dev.latchkey.server..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.latchkey.control..", "dev.latchkey.v1..");

    private static final String[] REQUEST_PATH = {
        "dev.latchkey.server.authz..",
        "dev.latchkey.answer..",
        "dev.latchkey.decision..",
        "dev.latchkey.policy..",
        "dev.latchkey.key.."
    };

    @ArchTest
    static final ArchRule THE_REQUEST_PATH_HANDS_NOTHING_OVER = noClasses()
            .that()
            .resideInAnyPackage(REQUEST_PATH)
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Executor.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class);

    @ArchTest
    static final ArchRule THE_REQUEST_PATH_TAKES_NO_LOCK = noClasses()
            .that()
            .resideInAnyPackage(REQUEST_PATH)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.util.concurrent.locks..")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(BlockingQueue.class);

    @ArchTest
    static final ArchRule THE_REQUEST_PATH_HAS_NO_SYNCHRONIZED_METHOD = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(REQUEST_PATH)
            .should()
            .haveModifier(JavaModifier.SYNCHRONIZED);

    @ArchTest
    static final ArchRule THE_REQUEST_PATH_REFLECTS_NOTHING = noClasses()
            .that()
            .resideInAnyPackage(REQUEST_PATH)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.lang.reflect..");
}
