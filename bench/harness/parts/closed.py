"""Through Envoy, each of 32 clients asks again when it has its answer: what a request costs, Envoy's share included."""

from figures import FLOOR, at_most, middle, name, ratio, spread, table
from load import only_ok
from machine import say

SECONDS = 4


def measure(run):
    samples = {server.name: [] for server in run.stage.servers}
    for round_ in range(run.rounds):
        for server in run.stage.servers:
            answer = only_ok(run.load.closed(server.port, SECONDS, [run.envoy.pid, server.pid]), server.name)
            samples[server.name].append(answer)
            say(f"bench: closed loop, round {round_ + 1}: {server.name} {sum(answer['cpu']):.0f} us CPU a request, Envoy's included")
    return {server: {"sum_cpu": middle(sum(a["cpu"]) for a in taken), "server_cpu": middle(a["cpu"][1] for a in taken),
                     "rate": middle(a["answers"] / a["seconds"] for a in taken)} for server, taken in samples.items()}


def show(rows):
    return "### Through Envoy, closed loop, 32 clients\n\n" + table(
        ["server", "CPU a request, Envoy's included, µs", "the server's, µs", "requests/s"],
        [[name(s), spread(r["sum_cpu"]), spread(r["server_cpu"]), spread(r["rate"])] for s, r in rows.items()])


def bars(rows):
    yield at_most("CPU a request, Envoy's included, to the Rust no-op's", ratio(rows, "sum_cpu", FLOOR), 1)
