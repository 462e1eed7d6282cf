"""Resident memory of a fresh sidecar after load with 100,000 keys in its cache, and what a check costs it then."""

import machine
from figures import at_most, table
from load import only_ok
from machine import say

CACHED = 100_000
CHECKS = 600_000


def measure(run):
    keys = run.filled("memory", CACHED, seed=11)
    with run.fresh_sidecar() as server:
        run.load.direct(server, CHECKS, keys)  # a JVM that compiles, with each key a miss: Redis may be too late for some
        answer = only_ok(run.load.direct(server, CHECKS, keys), server.name)
        row = {"cached": CACHED, "rss_mb": machine.rss_mb(server.pid), "cpu": answer["cpu"],
               "noop_mb": {s.name: machine.rss_mb(s.pid) for s in run.stage.servers if s is not run.product}}
    say(f"bench: {row['rss_mb']:.0f} MB with {CACHED} keys in the cache, {row['cpu']:.1f} us CPU a check")
    return row


def show(row):
    others = ", ".join(f"{server} {mb:.0f}" for server, mb in row["noop_mb"].items())
    return "### Memory\n\n" + table(
        ["", "resident, MB", "CPU a check then, µs"],
        [[f"after load, {row['cached']:,} keys in the cache", f"{row['rss_mb']:.0f}", f"{row['cpu']:.1f}"]]) + f"\nOthers in this run, MB: {others}.\n"


def bars(row):
    yield at_most("resident after load, MB", row["rss_mb"], 180)
