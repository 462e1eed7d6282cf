package dev.latchkey.control.api.grpc;

import dev.latchkey.control.api.gate.AdminAuth;
import dev.latchkey.control.directory.KeyView;
import dev.latchkey.control.imports.ImportedKey;
import dev.latchkey.control.imports.KeyImport;
import dev.latchkey.control.keys.CreatedKey;
import dev.latchkey.control.keys.KeyManager;
import dev.latchkey.control.keys.LeakedKeys;
import dev.latchkey.control.keys.RotatedKey;
import dev.latchkey.control.listing.KeyListing;
import dev.latchkey.control.revocation.KeyPurge;
import dev.latchkey.control.revocation.PurgedKeys;
import dev.latchkey.control.revocation.RevokedKeys;
import dev.latchkey.control.rules.KeyName;
import dev.latchkey.control.rules.Page;
import dev.latchkey.control.rules.PageRequest;
import dev.latchkey.v1.CreateKeyRequest;
import dev.latchkey.v1.CreateKeyResponse;
import dev.latchkey.v1.FindKeyRequest;
import dev.latchkey.v1.FindKeyResponse;
import dev.latchkey.v1.GetKeyRequest;
import dev.latchkey.v1.GetKeyResponse;
import dev.latchkey.v1.ImportKeysRequest;
import dev.latchkey.v1.ImportKeysResponse;
import dev.latchkey.v1.KeyServiceGrpc;
import dev.latchkey.v1.ListKeysRequest;
import dev.latchkey.v1.ListKeysResponse;
import dev.latchkey.v1.PurgeKeysRequest;
import dev.latchkey.v1.PurgeKeysResponse;
import dev.latchkey.v1.RevokeAllKeysRequest;
import dev.latchkey.v1.RevokeAllKeysResponse;
import dev.latchkey.v1.RevokeKeyRequest;
import dev.latchkey.v1.RevokeKeyResponse;
import dev.latchkey.v1.RevokeLeakedKeyRequest;
import dev.latchkey.v1.RevokeLeakedKeyResponse;
import dev.latchkey.v1.RotateKeyRequest;
import dev.latchkey.v1.RotateKeyResponse;
import dev.latchkey.v1.UpdateKeyRequest;
import dev.latchkey.v1.UpdateKeyResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;

/**
 * The endpoint of {@code latchkey.v1.KeyService}. It translates between messages and the types of the rules, and blocks
 * the calling thread while Redis works.
 *
 * <p>This class is thread-safe.
 */
public final class KeyServiceEndpoint extends KeyServiceGrpc.KeyServiceImplBase {
    private final KeyManager keys;
    private final LeakedKeys leaked;
    private final KeyListing listing;
    private final KeyImport imports;
    private final Delivery delivery;
    private final KeyPurge purge;

    public KeyServiceEndpoint(
            KeyManager keys, LeakedKeys leaked, KeyListing listing, KeyImport imports, KeyPurge purge) {
        this.keys = keys;
        this.leaked = leaked;
        this.listing = listing;
        this.imports = imports;
        this.delivery = new Delivery(keys);
        this.purge = purge;
    }

    @Override
    public void createKey(CreateKeyRequest request, StreamObserver<CreateKeyResponse> call) {
        ErrorMapping.answer(call, () -> {
            CreatedKey created = keys.create(
                    AdminAuth.caller(request.getRequestId()), Messages.newKey(request), () -> isGivenUp(call));
            CreateKeyResponse.Builder answer = CreateKeyResponse.newBuilder()
                    .setKey(Messages.key(created.view()))
                    .setRepeated(created.isRepeated());
            created.shownSecret().ifPresent(secret -> answer.setSecret(secret.reveal()));
            delivery.follow(created);
            return answer.build();
        });
    }

    @Override
    public void listKeys(ListKeysRequest request, StreamObserver<ListKeysResponse> call) {
        ErrorMapping.answer(call, () -> {
            Page<KeyView> page = listing.list(
                    Messages.query(request), new PageRequest(request.getPageSize(), request.getPageToken()));
            return ListKeysResponse.newBuilder()
                    .addAllKeys(page.items().stream().map(Messages::key).toList())
                    .setNextPageToken(page.nextToken())
                    .build();
        });
    }

    @Override
    public void getKey(GetKeyRequest request, StreamObserver<GetKeyResponse> call) {
        ErrorMapping.answer(call, () -> {
            KeyView found = keys.get(new KeyName(request.getWorkspace(), request.getId()));
            return GetKeyResponse.newBuilder().setKey(Messages.key(found)).build();
        });
    }

    @Override
    public void revokeKey(RevokeKeyRequest request, StreamObserver<RevokeKeyResponse> call) {
        ErrorMapping.answer(call, () -> {
            KeyName name = new KeyName(request.getWorkspace(), request.getId());
            KeyView revoked = keys.revoke(AdminAuth.caller(request.getRequestId()), name, request.getReason());
            return RevokeKeyResponse.newBuilder().setKey(Messages.key(revoked)).build();
        });
    }

    @Override
    public void rotateKey(RotateKeyRequest request, StreamObserver<RotateKeyResponse> call) {
        ErrorMapping.answer(call, () -> {
            RotatedKey rotated = keys.rotate(
                    AdminAuth.caller(request.getRequestId()), Messages.replacement(request), () -> isGivenUp(call));
            CreatedKey created = rotated.created();
            RotateKeyResponse.Builder answer = RotateKeyResponse.newBuilder()
                    .setKey(Messages.key(created.view()))
                    .setPredecessor(Messages.key(rotated.old()))
                    .setRepeated(created.isRepeated());
            created.shownSecret().ifPresent(secret -> answer.setSecret(secret.reveal()));
            delivery.follow(created);
            return answer.build();
        });
    }

    @Override
    public void updateKey(UpdateKeyRequest request, StreamObserver<UpdateKeyResponse> call) {
        ErrorMapping.answer(call, () -> {
            KeyView changed = keys.update(AdminAuth.caller(request.getRequestId()), Messages.change(request));
            return UpdateKeyResponse.newBuilder().setKey(Messages.key(changed)).build();
        });
    }

    @Override
    public void revokeAllKeys(RevokeAllKeysRequest request, StreamObserver<RevokeAllKeysResponse> call) {
        ErrorMapping.answer(call, () -> {
            RevokedKeys revoked = keys.revokeAll(
                    AdminAuth.caller(request.getRequestId()), request.getWorkspace(), request.getReason());
            return RevokeAllKeysResponse.newBuilder()
                    .setRevoked(revoked.revoked())
                    .setDone(revoked.done())
                    .build();
        });
    }

    @Override
    public void purgeKeys(PurgeKeysRequest request, StreamObserver<PurgeKeysResponse> call) {
        ErrorMapping.answer(call, () -> {
            PurgedKeys purged = purge.purge(
                    AdminAuth.caller(request.getRequestId()),
                    request.getWorkspace(),
                    request.hasOlderThan() ? Optional.of(Messages.lifetime(request.getOlderThan())) : Optional.empty(),
                    request.getReason());
            return PurgeKeysResponse.newBuilder()
                    .setPurged(purged.purged())
                    .setDone(purged.done())
                    .build();
        });
    }

    @Override
    public void importKeys(ImportKeysRequest request, StreamObserver<ImportKeysResponse> call) {
        ErrorMapping.answer(call, () -> {
            List<ImportedKey> results = imports.importKeys(
                    AdminAuth.caller(request.getRequestId()),
                    request.getWorkspace(),
                    request.getKeysList().stream().map(ImportMessages::key).toList(),
                    request.getScopesList());
            return ImportKeysResponse.newBuilder()
                    .addAllResults(results.stream().map(ImportMessages::result).toList())
                    .build();
        });
    }

    @Override
    public void findKey(FindKeyRequest request, StreamObserver<FindKeyResponse> call) {
        ErrorMapping.answer(call, () -> {
            KeyView found = leaked.find(AdminAuth.reach(), request.getSecret());
            return FindKeyResponse.newBuilder().setKey(Messages.key(found)).build();
        });
    }

    @Override
    public void revokeLeakedKey(RevokeLeakedKeyRequest request, StreamObserver<RevokeLeakedKeyResponse> call) {
        ErrorMapping.answer(call, () -> {
            KeyView revoked = leaked.revoke(
                    AdminAuth.caller(request.getRequestId()),
                    AdminAuth.reach(),
                    request.getSecret(),
                    request.getReason());
            return RevokeLeakedKeyResponse.newBuilder()
                    .setKey(Messages.key(revoked))
                    .build();
        });
    }

    private static boolean isGivenUp(StreamObserver<?> call) {
        return call instanceof ServerCallStreamObserver<?> open && open.isCancelled();
    }
}
