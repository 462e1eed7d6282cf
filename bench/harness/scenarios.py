"""What a run measures, and in which order: the servers in turn in each round, so that a slow minute hits all of them."""

import contextlib
import time

import index
import machine
import slowed
from figures import FLOOR, GO, SAME_ANSWER, ratio
from machine import Missing, say
from parts import PARTS, direct, open_loop
from stage import build_go

HOT = 10_000


class Run:
    # With fewer checks, or only one kind of load, the JVM is still compiling.
    WARM_UP = 1_500_000
    WARM_UP_SECONDS = 15  # of as many requests through Envoy as there can be

    def __init__(self, stage, load, options):
        self.stage, self.load, self.options = stage, load, options
        self.rounds = options.rounds

    def prepare(self, hot=HOT):
        say(f"bench: Redis with {hot} keys, and the control plane")
        self.stage.start_redis()
        self.keys = index.keys(hot, seed=7)
        with open(self.load.keys, "w") as file:
            file.write("\n".join(self.keys) + "\n")
        self.stage.start_control()
        self.stage.redis.fill(self.stage.pepper, self.keys, "cases:read")

    def start_servers(self, go=True):
        if self.options.slowed:
            self.options.java_opts += " " + slowed.agent(self.stage, self.options.slowed)
        self.product = self.stage.start_sidecar(options=self.options.java_opts)
        self.rust = self.stage.start_noop(FLOOR, [self.stage.rust + "/noop", "1"])
        self.go = None
        if go:
            try:
                self.go_binary = build_go(self.stage.folder)
                self.go = self.stage.start_noop(GO, [self.go_binary])
            except Missing as missing:
                say(f"bench: without the Go no-op: {missing}")
        for peer in self.options.peer:
            self.stage.add_peer(peer)

    def warm_up(self, checks, seconds):
        for server in self.stage.servers:
            say(f"bench: {server.name}: {checks} checks and {seconds} s of requests to warm up")
            self.load.direct(server, checks)
            self.load.closed(server.port, seconds, [])
        if self.options.slowed:
            slowed.confirm(self.product)

    # --- what parts need

    def filled(self, name, count, seed, keep=None, stage=None):
        """Puts keys into Redis; returns a file with those to use."""
        stage, step = stage or self.stage, 100_000
        path = stage.path(name)
        with open(path, "w") as file:
            for start in range(0, count, step):
                keys = index.keys(min(step, count - start), seed * 1_000_003 + start)
                stage.redis.fill(stage.pepper, keys, "cases:read")
                if keep is None or start < keep:
                    file.write("\n".join(keys[: None if keep is None else keep - start]) + "\n")
                if count > step:
                    say(f"bench: {start + len(keys)} of {count} keys in Redis")
        return path

    def fresh_sidecar(self, name="latchkey-fresh", options="", limit=None):
        return self._alone(self.stage.start_sidecar(name, f"{self.options.java_opts} {options}", limit=limit))

    def fresh_go(self, limit=None):
        return self._alone(self.stage.start_noop("noop-go-fresh", [self.go_binary], limit))

    @contextlib.contextmanager
    def beside_the_same_answer(self):
        """One more server, the Rust no-op with an answer of the sidecar's, and an Envoy before it and those compared."""
        answer = self.load.answer(self.product, self.stage.path("answer"))
        noop = self.stage.start_noop(SAME_ANSWER, [self.stage.rust + "/noop", "1", answer])
        with self._alone(noop) as same, self.envoy_before(servers := [*self.stage.servers, same]) as envoy:
            yield envoy, servers

    @contextlib.contextmanager
    def _alone(self, server):
        """A server for as long as it is wanted, that is not one of those compared."""
        self.stage.servers.remove(server)
        try:
            yield server
        finally:
            self.stage.end(server.process)

    @contextlib.contextmanager
    def envoy_before(self, servers):
        """An Envoy for as long as it is wanted; one at a time."""
        envoy = self.stage.start_envoy(servers)
        try:
            yield envoy
        finally:
            self.stage.end(envoy)

    # --- runs

    def quick(self):
        began = time.monotonic()
        self.rounds = 3
        self.prepare(hot=1000)
        self.start_servers(go=False)
        servers = self.stage.servers
        with self.envoy_before(servers) as envoy:
            self.warm_up(checks=700_000, seconds=4)
            checked = direct.measure(self, checks=100_000)
            self.rounds = 2
            open_loop.warm_up(self, servers, seconds=2)
            added = open_loop.at(self, envoy, servers, 1000, seconds=3, lead_in=0)
        say(f"bench: {time.monotonic() - began:.0f} s")
        print(f"cpu ratio {ratio(checked, 'cpu', FLOOR):.2f}")
        print(f"added p50 ratio {ratio(added, 'added_p50', FLOOR):.2f}")

    def whole(self):
        wanted = self.options.only.split(",") if self.options.only else list(PARTS)
        unknown = set(wanted) - set(PARTS)
        if unknown:
            raise Missing(f"--only {','.join(sorted(unknown))} (expected: {', '.join(PARTS)})")
        self.prepare()
        self.start_servers()
        with self.envoy_before(self.stage.servers):
            self.warm_up(self.WARM_UP, self.WARM_UP_SECONDS)
        results = {"machine": machine.describe(), "rounds": self.rounds, "java_options": self.options.java_opts}
        for name, part in PARTS.items():
            if name in wanted:
                results[name] = part.measure(self)
        return results
