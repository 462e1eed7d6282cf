"""What is measured, and in which order: the servers in turn in each round, so that a slow minute hits all of them."""

import contextlib
import statistics
import time

import index
import machine
from load import only_ok
from machine import Missing, say
from stage import build_go

HOT = 10_000
WARM_UP = 600_000
CHECKS = 400_000
SECONDS = 8


def middle(values):
    """The median and the spread of a figure's samples."""
    values = list(values)
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


class Run:
    def __init__(self, stage, load, options):
        self.stage, self.load, self.options = stage, load, options

    def prepare(self, hot=HOT):
        say(f"bench: Redis with {hot} keys, and the control plane")
        self.stage.start_redis()
        self.keys = index.keys(hot, seed=7)
        with open(self.load.keys, "w") as file:
            file.write("\n".join(self.keys) + "\n")
        self.stage.start_control()
        self.stage.redis.fill(self.stage.pepper, self.keys, "cases:read")

    def start_servers(self, go=True):
        self.product = self.stage.start_sidecar(options=self.options.java_opts)
        self.rust = self.stage.start_noop("noop-rust", [self.stage.rust + "/noop", "1"])
        self.go = None
        if go:
            try:
                self.go_binary = build_go(self.stage.folder)
                self.go = self.stage.start_noop("noop-go", [self.go_binary])
            except Missing as missing:
                say(f"bench: without the Go no-op: {missing}")
        for peer in self.options.peer:
            self.stage.add_peer(peer)

    def warm_up(self, checks=WARM_UP):
        for server in self.stage.servers:
            say(f"bench: {server.name}: {checks} checks to warm up")
            self.load.direct(server, checks)

    # --- parts

    def direct(self, rounds, checks=CHECKS):
        samples = {server.name: [] for server in self.stage.servers}
        for round_ in range(rounds):
            for server in self.stage.servers:
                answer = only_ok(self.load.direct(server, checks), server.name)
                samples[server.name].append(answer)
                say(f"bench: direct, round {round_ + 1}: {server.name} {answer['cpu']:.1f} us CPU a check, {answer['answers'] / answer['seconds']:.0f}/s")
        return {name: {"cpu": middle(a["cpu"] for a in taken), "rate": middle(a["answers"] / a["seconds"] for a in taken),
                       "p99": middle(a["p99"] for a in taken)} for name, taken in samples.items()}

    def open(self, rate, rounds, seconds=SECONDS):
        """Added latency: minus what the same Envoy takes without authorization in the same round."""
        envoy = self.envoy.pid
        samples = {server.name: [] for server in self.stage.servers}
        plain = []
        for round_ in range(rounds):
            base = only_ok(self.load.open(self.stage.plain_port, rate, seconds, round_, [envoy]), "plain Envoy")
            plain.append(base)
            for server in self.stage.servers:
                answer = only_ok(self.load.open(server.port, rate, seconds, round_, [envoy, server.pid]), server.name)
                answer["added"] = {q: answer[q] - base[q] for q in ("p50", "p99")}
                samples[server.name].append(answer)
                say(f"bench: {rate}/s, round {round_ + 1}: {server.name} adds p50 {answer['added']['p50']:.0f} p99 {answer['added']['p99']:.0f} us, CPU {answer['cpu'][1]:.0f} us")
        rows = {name: {"added_p50": middle(a["added"]["p50"] for a in taken), "added_p99": middle(a["added"]["p99"] for a in taken),
                       "server_cpu": middle(a["cpu"][1] for a in taken), "envoy_cpu": middle(a["cpu"][0] for a in taken)}
                for name, taken in samples.items()}
        rows["plain Envoy"] = {"p50": middle(a["p50"] for a in plain), "p99": middle(a["p99"] for a in plain),
                               "envoy_cpu": middle(a["cpu"][0] for a in plain)}
        return rows

    def closed(self, rounds, seconds=4):
        samples = {server.name: [] for server in self.stage.servers}
        for round_ in range(rounds):
            for server in self.stage.servers:
                answer = only_ok(self.load.closed(server.port, seconds, [self.envoy.pid, server.pid]), server.name)
                samples[server.name].append(answer)
                say(f"bench: closed loop, round {round_ + 1}: {server.name} {sum(answer['cpu']):.0f} us CPU a request, Envoy's included")
        return {name: {"sum_cpu": middle(sum(a["cpu"]) for a in taken), "server_cpu": middle(a["cpu"][1] for a in taken),
                       "rate": middle(a["answers"] / a["seconds"] for a in taken)} for name, taken in samples.items()}

    def starts(self, rounds):
        """From the command to the first connection taken, and to /readyz, launcher included."""
        samples = []
        for _ in range(rounds):
            with self.alone() as server:
                time.sleep(1)
                samples.append((server.serving * 1e3, server.ready * 1e3, machine.rss_mb(server.pid)))
                say(f"bench: start to serving {samples[-1][0]:.0f} ms, to ready {samples[-1][1]:.0f} ms, idle {samples[-1][2]:.0f} MB")
        serving, ready, idle = zip(*samples)
        return {"serving_ms": middle(serving), "ready_ms": middle(ready), "idle_mb": middle(idle)}

    def first_seconds(self, rounds):
        """The first 5 s at 1,000 requests a second from the moment a fresh server is ready, through a fresh Envoy."""
        samples = {"latchkey": [], "noop-go": []}
        for round_ in range(rounds):
            for name in samples:
                if name == "noop-go" and not self.go:
                    continue
                with self.alone(go=name == "noop-go") as server:
                    envoy = self.stage.start_envoy([server])
                    answer = only_ok(self.load.open(server.port, 1000, 5, round_), name)
                    envoy.stop()
                samples[name].append(answer)
                say(f"bench: first seconds, round {round_ + 1}: {name} p50 {answer['p50']:.0f} us, p99 {answer['p99'] / 1e3:.1f} ms, max {answer['max'] / 1e3:.1f} ms")
        return {name: {q: middle(a[q] for a in taken) for q in ("p50", "p99", "max")} for name, taken in samples.items() if taken}

    def memory(self, cached=100_000):
        """Resident memory after load with so many keys in the cache."""
        keys = self.filled("memory", cached, seed=11)
        self.load.direct(self.product, 2 * cached, keys)
        answer = only_ok(self.load.direct(self.product, WARM_UP, keys), "latchkey")
        say(f"bench: {machine.rss_mb(self.product.pid):.0f} MB with {cached} keys in the cache, {answer['cpu']:.1f} us CPU a check")
        return {"cached": cached, "rss_mb": machine.rss_mb(self.product.pid), "cpu": answer["cpu"],
                "noop_mb": {s.name: machine.rss_mb(s.pid) for s in self.stage.servers if s is not self.product}}

    def misses(self, rounds, count=40_000):
        """Keys that are asked for the first time: each check reads Redis once."""
        samples = []
        for round_ in range(rounds):
            keys = self.filled(f"miss{round_}", count, seed=100 + round_)
            hit = only_ok(self.load.direct(self.product, count), "hits")
            miss = only_ok(self.load.direct(self.product, count, keys, connections=1, streams=16), "misses")
            hit16 = only_ok(self.load.direct(self.product, count, connections=1, streams=16), "hits")
            samples.append({"cpu_ratio": miss["cpu"] / hit["cpu"], "hit_cpu": hit["cpu"], "miss_cpu": miss["cpu"], "miss_p99": miss["p99"], "hit_p99": hit16["p99"]})
            say(f"bench: miss, round {round_ + 1}: {miss['cpu']:.1f} us CPU, p99 {miss['p99']:.0f} us; hit {hit['cpu']:.1f} us, p99 {hit16['p99']:.0f} us")
        return {name: middle(s[name] for s in samples) for name in samples[0]}

    def many_keys(self, rounds, hot=100_000):
        """As many keys in Redis as told, 100,000 of them in use: what a check costs must not depend on it."""
        sizes = [10, 1_000_000] + ([10_000_000] if self.options.ten_million else [])
        rows = {}
        for size in sizes:
            use = min(size, hot)
            path = self.filled(f"many{size}", size, seed=size, keep=use)
            self.load.direct(self.product, max(2 * use, 100_000), path)
            samples = [only_ok(self.load.direct(self.product, 200_000, path), f"{size} keys") for _ in range(rounds)]
            rows[str(size)] = {"hot": use, "cpu": middle(a["cpu"] for a in samples), "p50": middle(a["p50"] for a in samples), "p99": middle(a["p99"] for a in samples)}
            say(f"bench: {size} keys in Redis, {use} in use: {rows[str(size)]['cpu']['median']:.1f} us CPU, p99 {rows[str(size)]['p99']['median']:.0f} us")
        return rows

    def filled(self, name, count, seed, keep=None):
        """Puts keys into Redis; returns a file with those to use."""
        step = 100_000
        path = self.stage.path(name)
        with open(path, "w") as file:
            for start in range(0, count, step):
                keys = index.keys(min(step, count - start), seed * 1_000_003 + start)
                self.stage.redis.fill(self.stage.pepper, keys, "cases:read")
                if keep is None or start < keep:
                    file.write("\n".join(keys[: None if keep is None else keep - start]) + "\n")
                if count > step:
                    say(f"bench: {start + len(keys)} of {count} keys in Redis")
        return path

    @contextlib.contextmanager
    def alone(self, go=False):
        """A fresh server, for as long as it is wanted."""
        server = (self.stage.start_noop("noop-go-fresh", [self.go_binary]) if go
                  else self.stage.start_sidecar("latchkey-fresh", self.options.java_opts))
        self.stage.servers.remove(server)
        try:
            yield server
        finally:
            server.process.stop()

    # --- runs

    def quick(self):
        began = time.monotonic()
        self.prepare(hot=1000)
        self.start_servers(go=False)
        self.envoy = self.stage.start_envoy(self.stage.servers)
        self.warm_up(checks=400_000)
        direct = self.direct(rounds=3, checks=100_000)
        for server in self.stage.servers:
            self.load.open(server.port, 1000, 1, 99)
        added = self.open(1000, rounds=2, seconds=3)
        say(f"bench: {time.monotonic() - began:.0f} s")
        ours, floor = self.product.name, self.rust.name
        print(f"cpu ratio {direct[ours]['cpu']['median'] / direct[floor]['cpu']['median']:.2f}")
        print(f"added p50 ratio {added[ours]['added_p50']['median'] / added[floor]['added_p50']['median']:.2f}")

    def whole(self):
        rounds = self.options.rounds
        wanted = self.options.only.split(",") if self.options.only else list(PARTS)
        unknown = set(wanted) - set(PARTS)
        if unknown:
            raise Missing(f"--only {','.join(sorted(unknown))} (expected: {', '.join(PARTS)})")
        self.prepare()
        self.start_servers()
        self.envoy = self.stage.start_envoy(self.stage.servers)
        self.warm_up()
        results = {"machine": machine.describe(), "rounds": rounds, "java_options": self.options.java_opts}
        parts = {
            "direct": lambda: self.direct(rounds),
            "open": lambda: {str(rate): self.open(rate, rounds + 1) for rate in (1000, 3000)},
            "closed": lambda: self.closed(rounds),
            "start": lambda: self.starts(rounds),
            "first": lambda: self.first_seconds(rounds),
            "miss": lambda: self.misses(rounds),
            "memory": self.memory,
            "keys": lambda: self.many_keys(rounds),
        }
        for name in PARTS:
            if name in wanted:
                results[name] = parts[name]()
        return results


PARTS = ("direct", "open", "closed", "start", "first", "miss", "memory", "keys")
