"""Through Envoy, each of 32 clients asks again when it has its answer: what a request costs, Envoy's share included."""

from figures import FLOOR, OURS, SAME_ANSWER, at_most, middle, name, ratio, spread, table
from load import only_ok
from machine import say

SECONDS = 4


def measure(run):
    with run.beside_the_same_answer() as (envoy, servers):
        for server in servers:
            run.load.closed(server.port, SECONDS, [])
        samples = {server.name: [] for server in servers}
        for round_ in range(run.rounds):
            for server in servers:
                answer = only_ok(run.load.closed(server.port, SECONDS, [envoy.pid, server.pid]), server.name)
                samples[server.name].append(answer)
                say(f"bench: closed loop, round {round_ + 1}: {server.name} {sum(answer['cpu']):.0f} us CPU a request, Envoy's included")
    return {server: {"sum_cpu": middle(sum(a["cpu"]) for a in taken), "envoy_cpu": middle(a["cpu"][0] for a in taken),
                     "server_cpu": middle(a["cpu"][1] for a in taken), "rate": middle(a["answers"] / a["seconds"] for a in taken)}
            for server, taken in samples.items()}


def show(rows):
    same = rows[FLOOR]["server_cpu"]["median"] + rows[SAME_ANSWER]["envoy_cpu"]["median"]
    ours = rows[OURS]["sum_cpu"]["median"]
    return "### Through Envoy, closed loop, 32 clients\n\n" + table(
        ["server", "CPU a request, Envoy's included, µs", "Envoy's, µs", "the server's, µs", "requests/s"],
        [[name(s), *(spread(r[f]) for f in ("sum_cpu", "envoy_cpu", "server_cpu", "rate"))] for s, r in rows.items()]
    ) + (f"\nWhat Envoy spends on Latchkey's answer (identity headers to set, others to remove, metadata), and what the Rust no-op spends "
         f"on its own, which is empty, are {same:.0f} µs together; Latchkey's {ours:.0f} are {ours / same:.2f} of that.\n")


def bars(rows):
    yield at_most("CPU a request, Envoy's included, to the Rust no-op's", ratio(rows, "sum_cpu", FLOOR), 1)
