package dev.latchkey.control;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.latchkey.control.index.Projector;
import dev.latchkey.control.keys.KeyManager;
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
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("dev.latchkey.(**)").should().beFreeOfCycles();

    private static final String[] STORED = {
        "dev.latchkey.control.redis..",
        "dev.latchkey.control.record..",
        "dev.latchkey.control.ledger..",
        "dev.latchkey.control.index..",
        "dev.latchkey.control.upkeep.."
    };

    private static final String[] OPERATIONS = {
        "dev.latchkey.control.keys..",
        "dev.latchkey.control.workspaces..",
        "dev.latchkey.control.revocation..",
        "dev.latchkey.control.directory..",
        "dev.latchkey.control.idempotency..",
        "dev.latchkey.control.imports..",
        "dev.latchkey.control.listing..",
        "dev.latchkey.control.audit.."
    };

    @ArchTest
    static final ArchRule ONLY_WHAT_STORES_KNOWS_LETTUCE = noClasses()
            .that()
            .resideOutsideOfPackages(STORED)
            .and()
            .resideOutsideOfPackages("dev.latchkey.control.imports..", "dev.latchkey.control.audit..")
            .and()
            .areNotAssignableTo(ControlPlane.class)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..");

    @ArchTest
    static final ArchRule RECORDS_TALK_TO_NOBODY = noClasses()
            .that()
            .resideInAPackage("dev.latchkey.control.record..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..", "dev.latchkey.control.ledger..", "dev.latchkey.control.index..");

    @ArchTest
    static final ArchRule OPERATIONS_DO_NOT_DEPEND_ON_THE_API = noClasses()
            .that()
            .resideInAnyPackage(OPERATIONS)
            .or()
            .resideInAnyPackage(STORED)
            .or()
            .resideInAPackage("dev.latchkey.control.rules..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.latchkey.control.api..", "dev.latchkey.config..", "dev.latchkey.policy..");

    /** The audit trail is part of what is stored; its query rules are in the same package. */
    @ArchTest
    static final ArchRule WHAT_IS_STORED_KNOWS_NO_RULES = noClasses()
            .that()
            .resideInAnyPackage(STORED)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.latchkey.control.rules..",
                    "dev.latchkey.control.keys..",
                    "dev.latchkey.control.workspaces..",
                    "dev.latchkey.control.revocation..",
                    "dev.latchkey.control.directory..",
                    "dev.latchkey.control.idempotency..",
                    "dev.latchkey.control.imports..",
                    "dev.latchkey.control.listing..");

    @ArchTest
    static final ArchRule REQUESTS_ARE_CHECKED_WITHOUT_WHAT_IS_STORED = noClasses()
            .that()
            .resideInAPackage("dev.latchkey.control.rules..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(STORED)
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage(OPERATIONS);

    /**
     * Who looks changes nothing: what changes keys does not know the lists, and the lists do not know what changes
     * keys.
     */
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
            .resideInAnyPackage(OPERATIONS)
            .or()
            .resideInAnyPackage(STORED)
            .or()
            .resideInAPackage("dev.latchkey.control.rules..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.latchkey.decision..", "dev.latchkey.control.explain..");

    @ArchTest
    static final ArchRule EXPLAINING_CHANGES_NOTHING = noClasses()
            .that()
            .resideInAPackage("dev.latchkey.control.explain..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(STORED)
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("dev.latchkey.control.api..");

    @ArchTest
    static final ArchRule PACKAGES_ARE_NULL_MARKED =
            classes().that().haveSimpleName("package-info").should().beAnnotatedWith(NullMarked.class);
}
