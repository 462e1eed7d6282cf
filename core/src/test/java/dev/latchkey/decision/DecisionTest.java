package dev.latchkey.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DecisionTest {

    @ParameterizedTest
    @EnumSource(Reason.class)
    void new_reasonOfTheOtherKind_isRefused(Reason reason) {
        if (reason.denial() == null) {
            assertThatThrownBy(() -> Decision.Deny.of(reason)).hasMessageContaining("expected: a reason to deny");
        } else {
            assertThatThrownBy(() -> new Decision.Allow(reason, null, null))
                    .hasMessageContaining("expected: a reason to allow");
        }
    }

    @Test
    void new_allowByKeyWithoutKey_isRefused() {
        assertThatThrownBy(() -> new Decision.Allow(Reason.OK, null, null)).hasMessageContaining("without key");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AUTH_INVALID_KEY|401|16|API key is missing, malformed, or revoked",
                "AUTH_EXPIRED_KEY|401|16|API key has expired",
                "AUTH_INSUFFICIENT_SCOPE|403|7|Key does not have the required scope for this endpoint",
                "AUTH_TENANT_INACTIVE|403|7|Workspace subscription is not active",
                "AUTH_INVALID_REQUEST|400|3|Request path or method is not in canonical form",
                "AUTH_UNAVAILABLE|503|14|Authorization is temporarily unavailable"
            })
    void denials_publicCodes_areThoseOfTheContract(String code, int http, int grpc, String title) {
        assertThat(Arrays.stream(Denial.values()).filter(d -> d.code().equals(code)))
                .singleElement()
                .satisfies(denial -> {
                    assertThat(denial.httpStatus()).isEqualTo(http);
                    assertThat(denial.grpcStatus()).isEqualTo(grpc);
                    assertThat(denial.title()).isEqualTo(title);
                });
    }

    @Test
    void reasons_closedList_isThatOfTheContract() {
        assertThat(Arrays.stream(Reason.values()).map(Reason::text))
                .containsExactly(("ok public preflight no_credential malformed_credential bad_checksum unknown_key"
                                + " revoked_key expired_key wrong_environment workspace_inactive workspace_missing"
                                + " scope_missing no_rule path_not_canonical method_not_canonical store_unavailable"
                                + " store_timeout bad_record bad_route_config overloaded internal")
                        .split(" "));
    }
}
