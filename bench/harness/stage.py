"""Everything that a run needs, up at the same time: Redis, control plane, sidecar, no-ops, and Envoys before them."""

import contextlib
import hashlib
import os
import re
import secrets
import socket
import subprocess
import sys
import urllib.request

import index
from machine import Missing, Process, accepts, free_port, listener, say, tool, wait_for

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BENCH = os.path.join(HOME, "bench")
PATH = "/v1/cases"
POLICY = os.path.join(HOME, "envoy", "policy.yaml")


def build_rust():
    """Builds the no-op and the load programs; returns where they are."""
    tool("cargo", "Rust, for the no-op to compare with and for the load")
    say("bench: building the Rust programs (minutes, the first time)")
    folder = os.path.join(BENCH, "rust")
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=folder, check=True)
    return os.path.join(folder, "target", "release")


def build_go(out):
    tool("go", "Go, for the no-op to compare with")
    say("bench: building the Go program")
    path = os.path.join(out, "noop-go")
    subprocess.run(["go", "build", "-o", path, "."], cwd=os.path.join(BENCH, "go"), check=True)
    return path


def build_product():
    """Lets the launcher build what it runs."""
    subprocess.run([os.path.join(HOME, "latchkey"), "--version"], check=True, stdout=subprocess.DEVNULL)


class Server:
    """One server that is measured."""

    def __init__(self, name, address, process=None, pid=None):
        self.name, self.address, self.process = name, address, process
        self.pid = pid or process.pid
        self.port = None  # of the Envoy listener before it


class Stage:
    def __init__(self, folder, rust):
        self.folder, self.rust = folder, rust
        self.processes, self.servers = [], []
        self.pepper = index.pepper()
        self.token = "latchkey_admin_" + secrets.token_urlsafe(32)

    @contextlib.contextmanager
    def another(self, name):
        """One with a Redis of its own, for as long as it is wanted; this one goes on."""
        stage = Stage(self.path(name), self.rust)
        os.mkdir(stage.folder)
        stage.processes = self.processes
        before = len(self.processes)
        try:
            yield stage
        finally:
            for process in reversed(self.processes[before:]):
                stage.end(process)

    def end(self, process):
        process.stop()
        self.processes.remove(process)

    def run(self, name, command, env=None):
        process = Process(name, command, self.folder, env)
        self.processes.append(process)
        return process

    def path(self, name):
        return os.path.join(self.folder, name)

    def start_redis(self):
        self.redis_port = free_port()
        self.run("redis", [tool("redis-server", "Debian: redis-server"), "--port", str(self.redis_port), "--save", "",
                           "--bind", "127.0.0.1", "--dir", self.folder])
        wait_for(lambda: accepts(self.redis_port), 10, "Redis")
        self.redis = index.Redis(self.redis_port)
        self.redis.workspace("ws_bench")

    def env(self, **more):
        return {"LATCHKEY_REDIS_URI": f"redis://127.0.0.1:{self.redis_port}", "LATCHKEY_POLICY": POLICY,
                "LATCHKEY_PEPPERS": index.setting(self.pepper), **more}

    def start_control(self):
        """The control plane, with one token, an operator's."""
        port = self.control_port = free_port()
        hashed = hashlib.sha256(self.token.encode()).hexdigest()
        self.control = self.run("control", [os.path.join(HOME, "latchkey"), "control"],
                                self.env(LATCHKEY_CONTROL_LISTEN=f"127.0.0.1:{port}",
                                         LATCHKEY_CONTROL_OPS_LISTEN=f"127.0.0.1:{free_port()}",
                                         LATCHKEY_CONTROL_TOKENS=f"bench:operator:sha256:{hashed}"))
        self.control.wait_until(lambda: ready(port), 60, "the control plane's /readyz")

    def start_sidecar(self, name="latchkey", options="", unix=False, limit=None, **settings):
        port, ops = free_port(), free_port()
        listen = f"unix:{self.path(name + '.sock')}" if unix else f"127.0.0.1:{port}"
        command = [os.path.join(HOME, "latchkey"), "sidecar"]
        process = self.run(name, limit.around(command) if limit else command,
                           self.env(LATCHKEY_AUTHZ_LISTEN=listen, LATCHKEY_OPS_LISTEN=f"127.0.0.1:{ops}",
                                    LATCHKEY_JAVA_OPTS=options, **settings))
        server = Server(name, listen, process)
        server.ops = ops
        server.serving = process.wait_until(lambda: answers(listen), 60, name + " listening", 0.005)
        server.ready = server.serving + process.wait_until(lambda: ready(ops), 60, name + "'s /readyz", 0.005)
        self.servers.append(server)
        return server

    @contextlib.contextmanager
    def listening(self, count, pushes):
        """Further tracked connections for as long as they are wanted; each has to have been pushed so many names of keys."""
        program = os.path.join(BENCH, "harness", "listeners.py")
        process = self.run("listeners", [sys.executable, program, str(self.redis_port), str(count)])
        wait_for(lambda: "ready" in process.tail(), 20, "tracked connections")
        yield
        self.end(process)
        least = int(process.tail().split()[-1])
        if least < pushes:
            raise RuntimeError(f"a tracked connection was pushed {least} names (expected: {pushes} or more)")

    def start_noop(self, name, command, limit=None):
        port = free_port()
        command = [command[0], f"127.0.0.1:{port}", *command[1:]]
        server = Server(name, f"127.0.0.1:{port}", self.run(name, limit.around(command) if limit else command))
        server.serving = server.ready = server.process.wait_until(lambda: accepts(port), 10, name + " listening", 0.001)
        self.servers.append(server)
        return server

    def add_peer(self, text):
        name, _, address = text.partition("=")
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", name) or ":" not in address:
            raise Missing(f"--peer {text} (expected: name=host:port)")
        self.servers.append(Server(name, address, pid=listener(address)))

    def start_envoy(self, servers):
        """One Envoy with one worker: a listener without authorization, and one for each server."""
        binary = subprocess.run([os.path.join(HOME, "envoy", "get-envoy")], check=True, capture_output=True, text=True)
        self.plain_port = free_port()
        admin = free_port()
        listeners, clusters = [LISTENER % ("plain", self.plain_port, "")], []
        for server in servers:
            server.port = free_port()
            listeners.append(LISTENER % (server.name, server.port, FILTER % server.name))
            clusters.append(CLUSTER % (server.name, server.name, endpoint(server.address)))
        config = self.path(f"envoy-{admin}.yaml")
        with open(config, "w") as file:
            file.write(CONFIG % (admin, "".join(listeners), "".join(clusters)))
        envoy = self.run("envoy", [binary.stdout.strip(), "-c", config, "--concurrency", "1", "-l", "warning",
                                   "--use-dynamic-base-id"])
        wait_for(lambda: all(accepts(s.port) for s in servers) and accepts(self.plain_port), 20, "Envoy")
        return envoy

    def stop(self):
        for process in reversed(self.processes):
            process.stop()


def ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def answers(listen):
    if not listen.startswith("unix:"):
        return accepts(int(listen.rpartition(":")[2]))
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(listen[5:])
        return True
    except OSError:
        return False


def endpoint(address):
    if address.startswith("unix:"):
        return f'pipe: {{ path: "{address[5:]}" }}'
    host, _, port = address.rpartition(":")
    return f"socket_address: {{ address: {host}, port_value: {port} }}"


CONFIG = """
admin: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
static_resources:
  listeners:%s
  clusters:%s
"""

LISTENER = """
  - name: %s
    address: { socket_address: { address: 127.0.0.1, port_value: %d } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: bench
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [{ match: { prefix: "/" }, direct_response: { status: 200, body: { inline_string: "ok" } } }]
          http_filters:%s
          - name: envoy.filters.http.router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }"""

FILTER = """
          - name: envoy.filters.http.ext_authz
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
              transport_api_version: V3
              encode_raw_headers: true
              grpc_service: { envoy_grpc: { cluster_name: %s }, timeout: 0.2s }"""

CLUSTER = """
  - name: %s
    type: STATIC
    connect_timeout: 1s
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: { http2_protocol_options: {} }
    load_assignment:
      cluster_name: %s
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { %s } } }] }]"""
