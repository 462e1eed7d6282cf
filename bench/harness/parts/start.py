"""From the command to the first connection taken, and to /readyz, launcher included; and what it takes of memory ten seconds later."""

import time

import machine
from figures import at_most, middle, spread, table
from machine import say

SETTLED = 10  # seconds after ready; what compiling took is given back after five


def measure(run):
    samples = []
    for _ in range(run.rounds):
        with run.fresh_sidecar() as server:
            time.sleep(SETTLED)
            samples.append((server.serving * 1e3, server.ready * 1e3, machine.rss_mb(server.pid)))
            say(f"bench: start to serving {samples[-1][0]:.0f} ms, to ready {samples[-1][1]:.0f} ms, idle {samples[-1][2]:.0f} MB")
    serving, ready, idle = zip(*samples)
    return {"serving_ms": middle(serving), "ready_ms": middle(ready), "idle_mb": middle(idle)}


def show(row):
    return "### Start\n\n" + table(
        ["to serving, ms", "to ready, ms", "resident, idle, MB"],
        [[spread(row["serving_ms"]), spread(row["ready_ms"]), spread(row["idle_mb"])]])


def bars(row):
    yield at_most("start to serving, s", row["serving_ms"]["median"] / 1e3, 0.5)
    yield at_most("start to ready, s", row["ready_ms"]["median"] / 1e3, 2)
    yield at_most("resident when idle, MB", row["idle_mb"]["median"], 115)
