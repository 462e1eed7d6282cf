package dev.latchkey.control;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.latchkey.control.keys.KeyManager;
import dev.latchkey.control.ledger.Projector;
import org.jspecify.annotations.NullMarked;

@AnalyzeClasses(packages = "dev.latchkey.control", importOptions = ImportOption.DoNotIncludeTests.class)
class ControlArchitectureTest {

    @ArchTest
    static final ArchRule THE_CONTROL_PLANE_KNOWS_NO_SIDECAR = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.latchkey.server..", "dev.latchkey.cli..");

    @ArchTest
    static final ArchRule ONLY_THE_API_KNOWS_THE_WIRE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.latchkey.control.api..")
            .and()
            .areNotAssignableTo(ControlPlane.class)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "com.google.protobuf..", "com.google.rpc..", "dev.latchkey.v1..");

    @ArchTest
    static final ArchRule ONLY_THE_API_AND_THE_PAGE_KNOW_HTTP = noClasses()
            .that()
            .resideOutsideOfPackages("dev.latchkey.control.api..", "dev.latchkey.control.console..")
            .and()
            .areNotAssignableTo(ControlPlane.class)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.linecorp.armeria..");

    @ArchTest
    static final ArchRule THE_PAGE_IS_FILES_AND_NOTHING_ELSE = noClasses()
            .that()
            .resideInAPackage("dev.latchkey.control.console..")
            .should()
            .dependOnClassesThat(
                    resideInAPackage("dev.latchkey..").and(not(resideInAPackage("dev.latchkey.control.console.."))));

    @ArchTest
    static final ArchRule ONLY_THE_LEDGER_KNOWS_LETTUCE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.latchkey.control.ledger..")
            .and()
            .areNotAssignableTo(ControlPlane.class)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..");

    @ArchTest
    static final ArchRule RULES_DO_NOT_DEPEND_ON_THE_API = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.latchkey.control.rules..",
                    "dev.latchkey.control.keys..",
                    "dev.latchkey.control.imports..",
                    "dev.latchkey.control.listing..",
                    "dev.latchkey.control.audit..",
                    "dev.latchkey.control.ledger..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.latchkey.control.api..", "dev.latchkey.config..", "dev.latchkey.policy..");

    @ArchTest
    static final ArchRule THE_LEDGER_KNOWS_NO_RULES = noClasses()
            .that()
            .resideInAPackage("dev.latchkey.control.ledger..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.latchkey.control.rules..",
                    "dev.latchkey.control.keys..",
                    "dev.latchkey.control.imports..",
                    "dev.latchkey.control.listing..");

    @ArchTest
    static final ArchRule REQUESTS_ARE_CHECKED_WITHOUT_WHAT_IS_STORED = noClasses()
            .that()
            .resideInAPackage("dev.latchkey.control.rules..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.latchkey.control.keys..",
                    "dev.latchkey.control.imports..",
                    "dev.latchkey.control.listing..",
                    "dev.latchkey.control.audit..",
                    "dev.latchkey.control.ledger..");

    /** Who looks changes nothing: what changes keys does not know the lists, and the lists do not know what changes keys. */
    @ArchTest
    static final ArchRule LISTING_CHANGES_NOTHING = noClasses()
            .that()
            .resideInAPackage("dev.latchkey.control.listing..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(KeyManager.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Projector.class);

    /** Explaining is no deciding: nothing here acts on a decision. */
    @ArchTest
    static final ArchRule NOBODY_DECIDES_ABOUT_REQUESTS_HERE = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.latchkey.control.rules..",
                    "dev.latchkey.control.keys..",
                    "dev.latchkey.control.imports..",
                    "dev.latchkey.control.listing..",
                    "dev.latchkey.control.ledger..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.latchkey.decision..", "dev.latchkey.control.explain..");

    @ArchTest
    static final ArchRule EXPLAINING_CHANGES_NOTHING = noClasses()
            .that()
            .resideInAPackage("dev.latchkey.control.explain..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.latchkey.control.ledger..", "dev.latchkey.control.api..");

    @ArchTest
    static final ArchRule PACKAGES_ARE_NULL_MARKED =
            classes().that().haveSimpleName("package-info").should().beAnnotatedWith(NullMarked.class);
}
