package dev.latchkey.e2e.soak;

import dev.latchkey.e2e.AdminApi;
import dev.latchkey.key.Environment;
import dev.latchkey.key.KeyFormat;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.DeactivateWorkspaceRequest;
import dev.latchkey.v1.ImportKeysRequest;
import dev.latchkey.v1.KeyToImport;
import dev.latchkey.v1.RotateKeyRequest;
import java.security.SecureRandom;

/** A call in the midst of which a control plane is killed. */
enum CrashCall {
    CREATE {
        @Override
        String make(AdminApi admin, CreateKeyResponse before) {
            return admin.createKey("ws_1").getKey().getId();
        }
    },
    ROTATE {
        @Override
        String make(AdminApi admin, CreateKeyResponse before) {
            return admin.keys()
                    .rotateKey(RotateKeyRequest.newBuilder()
                            .setWorkspace("-")
                            .setId(before.getKey().getId())
                            .build())
                    .getKey()
                    .getId();
        }
    },
    REVOKE {
        @Override
        String make(AdminApi admin, CreateKeyResponse before) {
            admin.revoke(before.getKey().getId());
            return before.getKey().getId();
        }
    },
    DEACTIVATE {
        @Override
        String make(AdminApi admin, CreateKeyResponse before) {
            return admin.workspaces()
                    .deactivateWorkspace(DeactivateWorkspaceRequest.newBuilder()
                            .setId("ws_1")
                            .build())
                    .getWorkspace()
                    .getId();
        }
    },
    IMPORT {
        @Override
        String make(AdminApi admin, CreateKeyResponse before) {
            return admin.keys()
                    .importKeys(ImportKeysRequest.newBuilder()
                            .setWorkspace("ws_1")
                            .addScopes("cases:read")
                            .addKeys(KeyToImport.newBuilder().setSecret(minted()))
                            .addKeys(KeyToImport.newBuilder().setSecret(minted()))
                            .build())
                    .getResults(0)
                    .getKey()
                    .getId();
        }
    };

    /** Makes the call, and returns an id of what it was about. */
    abstract String make(AdminApi admin, CreateKeyResponse before);

    private static String minted() {
        return new KeyFormat("opt", false)
                .mint(Environment.LIVE, new SecureRandom())
                .reveal();
    }
}
