package dev.latchkey.control.api.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.config.AdminToken.Role;
import dev.latchkey.control.Methods;
import dev.latchkey.v1.Access;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class CallRuleTest {

    @Test
    void of_everyMethod_saysWhatItNeeds() {
        assertThat(Methods.all())
                .hasSizeGreaterThan(15)
                .allSatisfy(method -> assertThat(CallRule.of(method).access())
                        .as(method.getFullMethodName())
                        .isIn(Access.READ, Access.MANAGE, Access.OPERATE));
    }

    @Test
    void of_everyMethod_namesTheWorkspaceOrIsListed() {
        assertThat(Methods.all())
                .allSatisfy(method -> assertThat(CallRule.of(method).bounded())
                        .as("%s: add the field workspace to its request, or see to its bound and list it", method)
                        .isTrue());
        assertThat(Methods.all().stream()
                        .filter(method -> CallRule.of(method).workspace().isEmpty())
                        .map(method -> Methods.proto(method).getInputType().getFullName()))
                .containsExactlyInAnyOrderElementsOf(CallRule.WITHOUT_WORKSPACE);
    }

    @Test
    void of_methodThatDoesNotSayWhatItNeeds_isForNobody() {
        MethodDescriptor<?, ?> unstated = HealthGrpc.getCheckMethod();
        MethodDescriptor<?, ?> unknown = HealthGrpc.getCheckMethod().toBuilder()
                .setSchemaDescriptor(null)
                .build();

        assertThat(EnumSet.allOf(Role.class))
                .noneMatch(role -> CallRule.of(unstated).permits(role))
                .noneMatch(role -> CallRule.of(unknown).permits(role));
        assertThat(CallRule.of(unstated).bounded()).isFalse();
    }
}
