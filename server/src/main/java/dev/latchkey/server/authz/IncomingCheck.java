package dev.latchkey.server.authz;

import dev.latchkey.decision.AccessRequest;
import java.util.List;

/**
 * A CheckRequest after parsing: the request to decide on, and the facts that its response depends on.
 *
 * @param access the request to decide on
 * @param requestId the caller's {@code x-request-id}
 * @param grpc whether the caller uses gRPC and therefore gets a {@code grpc-status}
 * @param mentionsKey whether there are several {@code Authorization} headers, or one that contains the start of
 *     a Latchkey key
 * @param otherSpellings header names in the request that an upstream might read as identity headers, or as other
 *     headers that Latchkey removes
 */
record IncomingCheck(
        AccessRequest access, RequestId requestId, boolean grpc, boolean mentionsKey, List<String> otherSpellings) {}
