"""The first 5 s at 1,000 requests a second from the moment a fresh server is ready, through a fresh Envoy."""

from figures import GO, OURS, at_most, middle, name, ratio, spread, table
from load import only_ok
from machine import say

RATE, SECONDS = 1000, 5


def measure(run):
    fresh = {OURS: run.fresh_sidecar, **({GO: run.fresh_go} if run.go else {})}
    samples = {server: [] for server in fresh}
    for round_ in range(run.rounds):
        for server_name, start in fresh.items():
            with start() as server, run.envoy_before([server]):
                answer = only_ok(run.load.open(server.port, RATE, SECONDS, round_), server_name)
            samples[server_name].append(answer)
            say(f"bench: first seconds, round {round_ + 1}: {server_name} p50 {answer['p50']:.0f} us, p99 {answer['p99'] / 1e3:.1f} ms, max {answer['max'] / 1e3:.1f} ms")
    return {server: {q: middle(a[q] for a in taken) for q in ("p50", "p99", "max")} for server, taken in samples.items()}


def show(rows):
    return "### The first five seconds, 1,000 requests a second\n\n" + table(
        ["server", "p50, µs", "p99, ms", "most, ms"],
        [[name(s), spread(r["p50"]), spread(r["p99"], 1, 1e-3), spread(r["max"], 1, 1e-3)] for s, r in rows.items()])


def bars(rows):
    yield at_most("p99 of the first seconds to the Go no-op's", ratio(rows, "p99", GO), 2.5)
