"""Checks over gRPC, 128 under way at any time: what one costs when the server has all it can do."""

from figures import FLOOR, GO, at_most, chart, middle, name, ratio, spread, table
from load import only_ok
from machine import say

CHECKS = 400_000


def measure(run, checks=CHECKS):
    samples = {server.name: [] for server in run.stage.servers}
    for round_ in range(run.rounds):
        for server in run.stage.servers:
            answer = only_ok(run.load.direct(server, checks), server.name)
            samples[server.name].append(answer)
            say(f"bench: direct, round {round_ + 1}: {server.name} {answer['cpu']:.1f} us CPU a check, {answer['answers'] / answer['seconds']:.0f}/s")
    return {server: {"cpu": middle(a["cpu"] for a in taken), "rate": middle(a["answers"] / a["seconds"] for a in taken),
                     "p99": middle(a["p99"] for a in taken)} for server, taken in samples.items()}


def show(rows):
    return ("### Direct gRPC, 128 checks under way\n\n"
            + table(["server", "CPU a check, µs", "checks/s", "p99, µs"],
                    [[name(s), spread(r["cpu"], 1), spread(r["rate"]), spread(r["p99"])] for s, r in rows.items()])
            + "\n" + chart("direct", "CPU a check, µs", {name(s): r["cpu"]["median"] for s, r in rows.items()}))


def bars(rows):
    yield at_most("CPU a check to the Rust no-op's", ratio(rows, "cpu", FLOOR), 1.25)
    yield at_most("CPU a check to the Go no-op's", ratio(rows, "cpu", GO), 0.5)
