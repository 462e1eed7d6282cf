"""Keys that are asked for the first time: each check reads Redis once. Beside it hits, and Redis itself."""

import csv
import subprocess

import index
from figures import at_most, middle, spread, table
from load import only_ok
from machine import say, tool

# How many are under way, and how many checks of a round then. With 16 it is CPU that they wait for; one at a time, each other's answer.
COUNTS = {16: 40_000, 1: 20_000}


def measure(run):
    return {str(under_way): at(run, under_way, count) for under_way, count in COUNTS.items()}


def at(run, under_way, count):
    samples = []
    for round_ in range(-1, run.rounds):  # the first is for the JVM to have compiled the way to Redis, and does not count
        checks = count if round_ >= 0 else 3 * count
        keys = run.filled(f"miss{under_way}-{round_}", checks, seed=100 * (1 + under_way) + round_)
        asked(run, under_way, len(run.keys))  # the keys of the round before have taken their places in memory
        hit = asked(run, under_way, checks)
        miss = asked(run, under_way, checks, keys)
        trip = round_trip(run, under_way, checks)
        say(f"bench: miss, {under_way} under way, {'round ' + str(round_ + 1) if round_ >= 0 else 'to warm up'}: {miss['cpu']:.1f} us CPU, "
            f"p99 {miss['p99']:.0f} us; hit {hit['cpu']:.1f} us, p99 {hit['p99']:.0f} us; Redis p99 {trip:.0f} us")
        if round_ >= 0:
            samples.append({"hit_cpu": hit["cpu"], "miss_cpu": miss["cpu"], "cpu_ratio": miss["cpu"] / hit["cpu"],
                            "hit_p99": hit["p99"], "miss_p99": miss["p99"], "redis_p99": trip,
                            "p99_ratio": miss["p99"] / (trip + hit["p99"])})
    return {figure: middle(s[figure] for s in samples) for figure in samples[0]}


def asked(run, under_way, count, keys=None):
    """One connection, as from one worker of Envoy."""
    return only_ok(run.load.direct(run.product, count, keys, connections=1, streams=under_way), "latchkey")


def round_trip(run, clients, count):
    """The p99 of Redis, in microseconds, with as many clients as there were checks, each reading a key's record as the sidecar does."""
    record = "latchkey:key:" + index.digest(run.stage.pepper, run.keys[0])
    done = subprocess.run([tool("redis-benchmark", "Debian: redis-tools"), "-p", str(run.stage.redis_port), "-c", str(clients), "-P", "1",
                           "-n", str(count), "--csv", "HGETALL", record], capture_output=True, text=True, check=True)
    return float(next(csv.DictReader(done.stdout.splitlines()))["p99_latency_ms"]) * 1e3


def show(results):
    return ("### A key that is not in the cache\n\nChecks on one connection; Redis: as many clients of `redis-benchmark` that read a key's record.\n\n"
            + table(["under way", "", "CPU a check, µs", "p99, µs"],
                    [row for under_way, r in results.items() for row in (
                        [under_way, "hit", spread(r["hit_cpu"], 1), spread(r["hit_p99"])],
                        [under_way, "miss", spread(r["miss_cpu"], 1), spread(r["miss_p99"])],
                        [under_way, "Redis' round trip", "", spread(r["redis_p99"])],
                        [under_way, "the miss to the sum of the others", "", spread(r["p99_ratio"], 2)])]))


def bars(results):
    yield at_most("CPU of a miss to a hit's, 16 under way", results["16"]["cpu_ratio"]["median"], 4)
    for under_way in results:
        yield at_most(f"p99 of a miss to the sum of Redis' and a hit's, {under_way} under way", results[under_way]["p99_ratio"]["median"], 1)
