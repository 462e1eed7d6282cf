package dev.latchkey;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

@AnalyzeClasses(packages = "dev.latchkey", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreArchitectureTest {

    @ArchTest
    static final ArchRule DECISIONS_KNOW_NO_TRANSPORT = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.latchkey.key..", "dev.latchkey.policy..", "dev.latchkey.decision..", "dev.latchkey.answer..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "com.google.protobuf..", "io.lettuce..", "io.netty..", "io.envoyproxy..");

    @ArchTest
    static final ArchRule KEYS_DEPEND_ON_NOTHING = noClasses()
            .that()
            .resideInAPackage("dev.latchkey.key..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.latchkey.policy..",
                    "dev.latchkey.index..",
                    "dev.latchkey.redis..",
                    "dev.latchkey.decision..",
                    "dev.latchkey.config..");

    @ArchTest
    static final ArchRule POLICY_KNOWS_NO_INDEX = noClasses()
            .that()
            .resideInAPackage("dev.latchkey.policy..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.latchkey.index..", "dev.latchkey.redis..", "dev.latchkey.decision..", "dev.latchkey.config..");

    @ArchTest
    static final ArchRule SETTINGS_KNOW_NO_INDEX = noClasses()
            .that()
            .resideInAPackage("dev.latchkey.config..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.latchkey.index..", "dev.latchkey.policy..", "dev.latchkey.decision..");

    @ArchTest
    static final ArchRule THE_INDEX_DECIDES_NOTHING = noClasses()
            .that()
            .resideInAnyPackage("dev.latchkey.index..", "dev.latchkey.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.latchkey.policy..", "dev.latchkey.decision..", "dev.latchkey.config..");

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("dev.latchkey.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONLY_CONNECTIONS_KNOW_LETTUCE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.latchkey.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..");

    @ArchTest
    static final ArchRule PACKAGES_ARE_NULL_MARKED =
            classes().that().haveSimpleName("package-info").should().beAnnotatedWith(NullMarked.class);
}
