"""Requests at random times of a rate, through Envoy: added latency is minus what the same Envoy takes without authorization
in the same round."""

from figures import FLOOR, GO, SAME_ANSWER, at_most, chart, middle, name, ratio, spread, table
from load import only_ok
from machine import say

RATES = (1000, 3000)
SECONDS = 8
WARM_UP = 10
LEAD_IN = 4  # seconds of each turn, at the highest rate: more requests than there are keys
PLAIN = "plain Envoy"


def measure(run):
    with run.beside_the_same_answer() as (envoy, servers):
        warm_up(run, servers, WARM_UP)
        return {str(rate): at(run, envoy, servers, rate) for rate in RATES}


def warm_up(run, servers, seconds):
    """One at a time is another load for a JVM than many at once."""
    for server in servers:
        run.load.open(server.port, max(RATES), seconds, 99)


def at(run, envoy, servers, rate, seconds=SECONDS, lead_in=LEAD_IN):
    """A server whose turn comes was idle for a minute: what it has to catch up on (records whose age went on) is not counted."""
    samples = {server.name: [] for server in servers}
    plain = []
    for round_ in range(run.rounds):
        base = only_ok(run.load.open(run.stage.plain_port, rate, seconds, round_, [envoy.pid]), PLAIN)
        plain.append(base)
        for server in servers:
            if lead_in:
                run.load.open(server.port, max(RATES), lead_in, round_)
            answer = only_ok(run.load.open(server.port, rate, seconds, round_, [envoy.pid, server.pid]), server.name)
            answer["added"] = {q: answer[q] - base[q] for q in ("p50", "p99")}
            samples[server.name].append(answer)
            say(f"bench: {rate}/s, round {round_ + 1}: {server.name} adds p50 {answer['added']['p50']:.0f} p99 {answer['added']['p99']:.0f} us, CPU {answer['cpu'][1]:.0f} us")
    rows = {server: {"added_p50": middle(a["added"]["p50"] for a in taken), "added_p99": middle(a["added"]["p99"] for a in taken),
                     "server_cpu": middle(a["cpu"][1] for a in taken), "envoy_cpu": middle(a["cpu"][0] for a in taken)}
            for server, taken in samples.items()}
    rows[PLAIN] = {"p50": middle(a["p50"] for a in plain), "p99": middle(a["p99"] for a in plain),
                   "envoy_cpu": middle(a["cpu"][0] for a in plain)}
    return rows


def show(results):
    return "\n".join(show_rate(rate, rows) for rate, rows in results.items())


def show_rate(rate, rows):
    servers = {s: r for s, r in rows.items() if s != PLAIN}
    plain = rows[PLAIN]
    spent = servers[SAME_ANSWER]["server_cpu"]["median"] - servers[FLOOR]["server_cpu"]["median"]
    return (f"### Through Envoy, open loop, {int(rate):,} requests a second\n\n"
            f"Without authorization: p50 {spread(plain['p50'])} µs, p99 {spread(plain['p99'])} µs, Envoy's CPU {spread(plain['envoy_cpu'])} µs a request.\n\n"
            + table(["server", "adds p50, µs", "adds p99, µs", "its CPU a check, µs", "Envoy's, µs"],
                    [[name(s), *(spread(r[f]) for f in ("added_p50", "added_p99", "server_cpu", "envoy_cpu"))] for s, r in servers.items()])
            + f"\nBeside the Rust no-op that gives Latchkey's answer (and takes {spent:.0f} µs more CPU for it), Latchkey adds "
              f"{ratio(servers, 'added_p50', SAME_ANSWER):.2f} × its p50 and {ratio(servers, 'added_p99', SAME_ANSWER):.2f} × its p99.\n\n"
            + chart(f"open-{rate}", f"added p50 at {rate}/s, µs", {name(s): r["added_p50"]["median"] for s, r in servers.items()}))


def bars(results):
    for rate, rows in results.items():
        yield at_most(f"added p50 at {rate}/s to the Rust no-op's", ratio(rows, "added_p50", FLOOR), 1.1)
        yield at_most(f"added p99 at {rate}/s to the Go no-op's", ratio(rows, "added_p99", GO), 1)
        yield at_most(f"server CPU at {rate}/s to the Go no-op's", ratio(rows, "server_cpu", GO), 0.5)
