# Makes of envoy/envoy.yaml what docker-compose.yml needs: each process is on a host of its own, and a host has a name.
# Envoy's own overlay (--config-yaml beside --config-path) cannot do it: it adds to lists, and each cluster would be there twice.
s/address: 127\.0\.0\.1, port_value: 10000 /address: 0.0.0.0, port_value: 10000 /
s/address: 127\.0\.0\.1, port_value: 9191 /address: sidecar, port_value: 9191 /
s/address: 127\.0\.0\.1, port_value: 8080 /address: upstream, port_value: 8080 /
s/address: 127\.0\.0\.1, port_value: 8081 /address: upstream-test, port_value: 8081 /
s/type: STATIC$/type: STRICT_DNS/
