"""From the instant at which a revoke call has its answer to the first answer through Envoy that denies the key, and on: no sidecar
may allow it after it has denied it."""

import contextlib
import time

from figures import at_most, quantile, table
from machine import say
from stage import PATH
from wire import Api, Connection, closed_loop, good, request

REVOKES = 450
WARM_UP = 2000  # keys made and revoked before, for the control plane's JVM
AFTER = 0.02  # seconds in which the key is asked for again and again once it was denied
BARS = {1: 5, 10: 10, 100: 25}
MADE_OF = {1: "1 sidecar", 10: "10 sidecars", 100: "1 sidecar and 99 connections that take the pushes as it does"}
ALLOWED, DENIED, UNAVAILABLE = 200, 401, 503


def measure(run):
    api = Api(run.stage)
    api.call("POST", "/workspaces", {"id": "ws_revoke"})
    warm_up(run, api)
    results = {}
    for size in BARS:
        row = results[str(size)] = sized(run, size)
        say(f"bench: revoke to denied, {MADE_OF[size]}: p50 {row['p50']:.2f} ms, p99 {row['p99']:.2f} ms, max {row['max']:.2f} ms "
            f"(a check meanwhile: p50 {row['check_p50']:.2f} ms, p99 {row['check_p99']:.2f} ms)")
    return results


def warm_up(run, api):
    clients = [Connection(run.stage.control_port) for _ in range(4)]
    made, _ = closed_loop(clients, (api.create("ws_revoke", f"warm up {i}") for i in range(WARM_UP)), 60)
    closed_loop(clients, [api.on_key(good(answer)["key"]["id"], "revoke") for _, answer in made], 60)


def sized(run, size):
    with contextlib.ExitStack() as stack:
        servers = [run.product]
        if size == 10:
            servers += [stack.enter_context(run.fresh_sidecar(f"latchkey-{i}", "-Xmx64m")) for i in range(2, 11)]
        if size == 100:
            stack.enter_context(run.stage.listening(99, REVOKES))
        stack.enter_context(run.envoy_before(servers))
        for server in servers:
            run.load.closed(server.port, 2, [])
        api, clients = Api(run.stage), [Connection(server.port) for server in servers]  # idle ones are closed after a while
        taken = [revoked(api, clients[i % size:] + clients[:i % size], i) for i in range(REVOKES)]
    times, checks = [revoke.seconds * 1e3 for revoke in taken], [revoke.check * 1e3 for revoke in taken]
    return {"revokes": len(taken), "p50": quantile(times, 0.5), "p99": quantile(times, 0.99), "max": max(times),
            "check_p50": quantile(checks, 0.5), "check_p99": quantile(checks, 0.99),
            "at_once": sum(revoke.allows == 0 for revoke in taken) / len(taken), "unavailable": sum(revoke.unavailable for revoke in taken)}


def revoked(api, clients, number):
    """Makes a key, has it in every sidecar's memory, revokes it and watches. The first client's sidecar is asked without pause."""
    made = api.connection.call(api.create("ws_revoke", f"revoke {number}"))
    key = good(made)
    check = request("GET", PATH, ["authorization: Bearer " + key["secret"]])
    took = [keep_in_memory(client, check) for client in clients][0]
    answer = api.connection.call(api.on_key(key["key"]["id"], "revoke"))
    watch = Watch(took)
    for client in clients:  # the first has denied long before the last is asked
        watch.until_denied(client, check)
    while time.perf_counter() - watch.start < watch.seconds + AFTER:
        for client in clients:
            watch.still_denied(client, check)
    good(answer)
    return watch


def keep_in_memory(client, check):
    """Returns how long a check takes then. On a machine that does too much Redis may be too slow for the first."""
    allowed, began = 0, time.perf_counter()
    while allowed < 2:
        start = time.perf_counter()
        status, _ = client.call(check)
        allowed = allowed + 1 if status == ALLOWED else 0
        if status not in (ALLOWED, UNAVAILABLE) or start - began > 5:
            raise RuntimeError(f"a new key was answered {status} through Envoy (expected: {ALLOWED})")
    return time.perf_counter() - start


class Watch:
    """What is seen of one revoke."""

    def __init__(self, check):
        self.start = time.perf_counter()
        self.check = check
        self.seconds, self.allows, self.unavailable = None, 0, 0

    def until_denied(self, client, check):
        """Counts as the time to the denial when this is the first, or when the key was allowed by this one before."""
        allowed = False
        while (status := self.ask(client, check)) != DENIED:
            allowed |= status == ALLOWED
            self.allows += status == ALLOWED
            if time.perf_counter() - self.start > 5:
                raise RuntimeError("a revoked key is not denied after 5 s")
        if self.seconds is None or allowed:
            self.seconds = time.perf_counter() - self.start

    def still_denied(self, client, check):
        if self.ask(client, check) == ALLOWED:
            raise RuntimeError("a revoked key was allowed after it had been denied")

    def ask(self, client, check):
        status, _ = client.call(check)
        self.unavailable += status == UNAVAILABLE
        if status not in (ALLOWED, DENIED, UNAVAILABLE):
            raise RuntimeError(f"a revoked key was answered {status} (expected: {DENIED})")
        return status


def show(results):
    return ("### From revoke to denied\n\n" + table(
        ["one Redis, one control plane and", "p50, ms", "p99, ms", "most, ms", "revokes", "denied at the first check", "503", "a check meanwhile, p50 and p99, ms"],
        [[MADE_OF[int(size)], f"{r['p50']:.2f}", f"{r['p99']:.2f}", f"{r['max']:.2f}", str(r["revokes"]), f"{r['at_once']:.0%}", str(r["unavailable"]),
          f"{r['check_p50']:.2f}, {r['check_p99']:.2f}"] for size, r in results.items()])
            + "\nFrom when the revoke call has its answer to the first denial through Envoy, each time of a key that every sidecar has in memory. One"
              " sidecar after the other is the one asked without pause; then the others are, and if one still allows, its denial counts."
              f" No sidecar allowed the key in the {AFTER * 1e3:.0f} ms after its denial. The ten have a heap of 64 MB each, but for the first.\n")


def bars(results):
    for size, row in results.items():
        yield at_most(f"revoke to denied, {size} tracked connections, p99, ms", row["p99"], BARS[int(size)])
