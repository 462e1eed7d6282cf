package dev.latchkey.control.api.grpc;

import dev.latchkey.control.rebuild.IndexRebuild;
import dev.latchkey.v1.IndexServiceGrpc;
import dev.latchkey.v1.RebuildIndexRequest;
import dev.latchkey.v1.RebuildIndexResponse;
import io.grpc.stub.StreamObserver;

/**
 * The endpoint of {@code latchkey.v1.IndexService}. It translates between messages and the types of the rules, and
 * blocks the calling thread while Redis works.
 *
 * <p>This class is thread-safe.
 */
public final class IndexServiceEndpoint extends IndexServiceGrpc.IndexServiceImplBase {
    private final IndexRebuild rebuild;

    public IndexServiceEndpoint(IndexRebuild rebuild) {
        this.rebuild = rebuild;
    }

    @Override
    public void rebuildIndex(RebuildIndexRequest request, StreamObserver<RebuildIndexResponse> call) {
        ErrorMapping.answer(call, () -> {
            IndexRebuild.Progress progress = rebuild.go(request.getPageToken());
            return RebuildIndexResponse.newBuilder()
                    .setCompared(progress.compared())
                    .setMended(progress.mended())
                    .setNextPageToken(progress.nextToken())
                    .build();
        });
    }
}
