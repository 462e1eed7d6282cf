"""Keys that are asked for the first time: each check reads Redis once. Beside it hits, and Redis itself, all with 16 under way."""

import csv
import subprocess

import index
from figures import at_most, middle, spread, table
from load import only_ok
from machine import say, tool

COUNT = 40_000
UNDER_WAY = 16


def measure(run):
    samples = []
    for round_ in range(-1, run.rounds):  # the first is for the JVM to have compiled the way to Redis, and does not count
        count = COUNT if round_ >= 0 else 3 * COUNT
        keys = run.filled(f"miss{round_}", count, seed=100 + round_)
        hit = checks(run, count)
        miss = checks(run, count, keys)
        trip = round_trip(run, count)
        say(f"bench: miss, {'round ' + str(round_ + 1) if round_ >= 0 else 'to warm up'}: {miss['cpu']:.1f} us CPU, p99 {miss['p99']:.0f} us; "
            f"hit {hit['cpu']:.1f} us, p99 {hit['p99']:.0f} us; Redis p99 {trip:.0f} us")
        if round_ >= 0:
            samples.append({"hit_cpu": hit["cpu"], "miss_cpu": miss["cpu"], "cpu_ratio": miss["cpu"] / hit["cpu"],
                            "hit_p99": hit["p99"], "miss_p99": miss["p99"], "redis_p99": trip,
                            "p99_ratio": miss["p99"] / (trip + hit["p99"])})
    return {figure: middle(s[figure] for s in samples) for figure in samples[0]}


def checks(run, count, keys=None):
    """One connection, as from one worker of Envoy."""
    return only_ok(run.load.direct(run.product, count, keys, connections=1, streams=UNDER_WAY), "latchkey")


def round_trip(run, count):
    """The p99 of Redis, in microseconds, with as many clients as there were checks, each reading a key's record as the sidecar does."""
    record = "latchkey:key:" + index.digest(run.stage.pepper, run.keys[0])
    done = subprocess.run([tool("redis-benchmark", "Debian: redis-tools"), "-p", str(run.stage.redis_port), "-c", str(UNDER_WAY), "-P", "1",
                           "-n", str(count), "--csv", "HGETALL", record], capture_output=True, text=True, check=True)
    return float(next(csv.DictReader(done.stdout.splitlines()))["p99_latency_ms"]) * 1e3


def show(row):
    return ("### A key that is not in the cache\n\n16 checks under way on one connection; Redis: 16 clients of `redis-benchmark` that read a key's record.\n\n"
            + table(["", "CPU a check, µs", "p99, µs"],
                    [["hit", spread(row["hit_cpu"], 1), spread(row["hit_p99"])],
                     ["miss", spread(row["miss_cpu"], 1), spread(row["miss_p99"])],
                     ["Redis' round trip", "", spread(row["redis_p99"])]]))


def bars(row):
    yield at_most("CPU of a miss to a hit's", row["cpu_ratio"]["median"], 4)
    yield at_most("p99 of a miss to the sum of Redis' and a hit's", row["p99_ratio"]["median"], 1)
