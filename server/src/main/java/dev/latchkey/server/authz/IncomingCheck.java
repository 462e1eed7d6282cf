package dev.latchkey.server.authz;

import dev.latchkey.decision.AccessRequest;
import java.util.List;

/**
 * One CheckRequest, read: what is asked, and what the answer has to fit.
 *
 * @param access the question to decide
 * @param requestId the caller's {@code x-request-id}
 * @param grpc whether the caller speaks gRPC and so gets a {@code grpc-status}
 * @param mentionsKey whether the {@code Authorization} header holds something like a key of ours
 * @param otherSpellings header names in the request that an upstream may take for identity headers, or for others that
 *     are kept from it
 */
record IncomingCheck(
        AccessRequest access, RequestId requestId, boolean grpc, boolean mentionsKey, List<String> otherSpellings) {}
