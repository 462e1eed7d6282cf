package dev.latchkey.server.authz;

import dev.latchkey.bench.Edge;
import dev.latchkey.bench.Sample;
import dev.latchkey.bench.Wire;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.nio.ByteBuffer;

/** The marshallers of the service. For one thread. */
final class MessageWire {
    private final Wire<CheckRequest, CheckResponse> wire = wire(new Sample());

    CheckRequest decode(ByteBuffer check) {
        return wire.decode(check);
    }

    int encode(CheckResponse answer) {
        return wire.encode(answer);
    }

    @SuppressWarnings("unchecked") // as the service has them
    private static Wire<CheckRequest, CheckResponse> wire(Sample sample) {
        try (Edge edge = new Edge(sample)) {
            AuthorizationService service = edge.service(sample.cached(Sample.keys()));
            return (Wire<CheckRequest, CheckResponse>) Wire.to(service.bindService());
        }
    }
}
