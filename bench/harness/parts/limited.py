"""Held to a share of a CPU, as sidecars run in containers: start, CPU a check and latency, beside the Go no-op held the same."""

import limits
from figures import GO, OURS, at_most, middle, name, spread, table
from machine import Missing, say

# CPUs: requests a second, and how to warm up
LOADS = {1: (1000, {"checks": 600_000}), 0.25: (200, {"checks": 200_000, "connections": 1, "streams": 16})}
SECONDS = 8


def measure(run):
    results = {}
    for cpus in LOADS:
        try:
            results[str(cpus)] = held(run, cpus)
        except Missing as missing:
            say(f"bench: without {cpus} CPUs: {missing}")
    return results


def held(run, cpus):
    with limits.held_to(cpus) as limit, run.fresh_sidecar(limit=limit) as ours:
        if not run.go:
            return {"how": limit.how, "rows": compare(run, cpus, {OURS: ours})}
        with limits.held_to(cpus) as limit_of_go, run.fresh_go(limit=limit_of_go) as go:
            return {"how": limit.how, "rows": compare(run, cpus, {OURS: ours, GO: go})}


def compare(run, cpus, servers):
    rate, warm_up = LOADS[cpus]
    say(f"bench: {cpus} CPUs: start to serving {servers[OURS].serving:.2f} s, to ready {servers[OURS].ready:.2f} s; {warm_up['checks']} checks to warm up")
    samples = {server_name: [] for server_name in servers}
    for server in servers.values():
        run.load.direct(server, **warm_up)
    with run.envoy_before(list(servers.values())):
        for server in servers.values():
            run.load.open(server.port, rate, 3, 99)
        for round_ in range(run.rounds):
            for server_name, server in servers.items():
                answer = run.load.open(server.port, rate, SECONDS, round_, [server.pid])
                samples[server_name].append(answer)
                say(f"bench: {cpus} CPUs, {rate}/s, round {round_ + 1}: {server_name} {answer['cpu'][0]:.0f} us CPU a check, "
                    f"p50 {answer['p50']:.0f} us, p99 {answer['p99']:.0f} us, {answer['answers'] - answer['ok']} not allowed")
    return {server_name: row(servers[server_name], taken) for server_name, taken in samples.items()}


def row(server, taken):
    return {"serving_ms": server.serving * 1e3, "ready_ms": server.ready * 1e3,
            "cpu": middle(a["cpu"][0] for a in taken), "p50": middle(a["p50"] for a in taken), "p99": middle(a["p99"] for a in taken),
            "lost": sum(a["answers"] - a["ok"] for a in taken)}


def show(results):
    return "\n".join(
        f"### Held to {cpus} CPU, open loop, {LOADS[float(cpus)][0]:,} requests a second\n\nHeld by {result['how']}, from the launcher on; Envoy and client are not held.\n\n"
        + table(["server", "CPU a check, µs", "p50, µs", "p99, µs", "not allowed", "start to serving, ms", "to ready, ms"],
                [[name(s), spread(r["cpu"]), spread(r["p50"]), spread(r["p99"]), str(r["lost"]), f"{r['serving_ms']:.0f}", f"{r['ready_ms']:.0f}"]
                 for s, r in result["rows"].items()])
        for cpus, result in results.items())


def bars(results):
    for cpus, result in results.items():
        yield at_most(f"checks not allowed at {cpus} CPU", result["rows"][OURS]["lost"], 0)
