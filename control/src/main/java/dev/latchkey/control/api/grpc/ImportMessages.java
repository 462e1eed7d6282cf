package dev.latchkey.control.api.grpc;

import dev.latchkey.control.imports.ImportedKey;
import dev.latchkey.control.rules.Expiry;
import dev.latchkey.control.rules.Violation;
import dev.latchkey.v1.ImportOutcome;
import dev.latchkey.v1.ImportResult;
import dev.latchkey.v1.ImportViolation;
import dev.latchkey.v1.KeyToImport;

/** The translation of the import messages, as {@link Messages} does for the others. */
final class ImportMessages {
    private ImportMessages() {}

    static dev.latchkey.control.imports.KeyToImport key(KeyToImport message) {
        return new dev.latchkey.control.imports.KeyToImport(
                message.getSecret(), message.getName(), message.getScopesList(), expiry(message));
    }

    static ImportResult result(ImportedKey imported) {
        ImportResult.Builder result = ImportResult.newBuilder().setOutcome(outcome(imported.outcome()));
        imported.view().ifPresent(view -> result.setKey(Messages.key(view)));
        imported.violations().forEach(violation -> result.addViolations(violation(violation)));
        return result.build();
    }

    private static Expiry expiry(KeyToImport message) {
        return switch (message.getExpiryCase()) {
            case LIFETIME -> Messages.lifetime(message.getLifetime());
            case EXPIRE_TIME -> Messages.at(message.getExpireTime());
            case EXPIRY_NOT_SET -> Expiry.Never.NEVER;
        };
    }

    private static ImportOutcome outcome(ImportedKey.Outcome outcome) {
        return switch (outcome) {
            case IMPORTED -> ImportOutcome.IMPORTED;
            case EXISTED -> ImportOutcome.EXISTED;
            case REFUSED -> ImportOutcome.REFUSED;
        };
    }

    private static ImportViolation violation(Violation violation) {
        return ImportViolation.newBuilder()
                .setField(violation.field())
                .setValue(violation.value())
                .setExpected(violation.expected())
                .build();
    }
}
