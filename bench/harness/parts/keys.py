"""So many keys in Redis, up to 100,000 of them in use: what a check costs must not depend on it. Each size has a Redis, a control
plane and a sidecar of its own, all up at once, so that the sizes take turns."""

import contextlib

from figures import at_most, middle, spread, table
from load import Load, only_ok
from machine import say

HOT = 100_000
CHECKS = 200_000


def measure(run):
    sizes = [10, HOT, 1_000_000] + ([10_000_000] if run.options.ten_million else [])
    samples = {size: [] for size in sizes}
    with contextlib.ExitStack() as worlds:
        sidecars = {size: sidecar_over(run, worlds, size) for size in sizes}
        for server, load in sidecars.values():
            load.direct(server, run.WARM_UP)
        for round_ in range(run.rounds):
            for size, (server, load) in sidecars.items():
                answer = only_ok(load.direct(server, CHECKS), f"{size} keys")
                samples[size].append(answer)
                say(f"bench: {size} keys in Redis, round {round_ + 1}: {answer['cpu']:.1f} us CPU a check, p99 {answer['p99']:.0f} us")
    return {str(size): {"hot": min(size, HOT), **{f: middle(a[f] for a in taken) for f in ("cpu", "p50", "p99")}}
            for size, taken in samples.items()}


def sidecar_over(run, worlds, size):
    stage = worlds.enter_context(run.stage.another(f"keys-{size}"))
    stage.start_redis()
    stage.start_control()
    load = Load(run.load.rust, run.filled("hot", size, seed=size, keep=HOT, stage=stage))
    return stage.start_sidecar(options=run.options.java_opts), load


def show(rows):
    return "### Keys in Redis\n\n" + table(
        ["keys", "in use", "CPU a check, µs", "p50, µs", "p99, µs"],
        [[f"{int(n):,}", f"{r['hot']:,}", spread(r["cpu"], 1), spread(r["p50"]), spread(r["p99"])] for n, r in rows.items()])


def bars(rows):
    for figure, what in ("cpu", "CPU a check"), ("p50", "p50"), ("p99", "p99"):
        medians = [row[figure]["median"] for row in rows.values()]
        yield at_most(f"{what}, flat over {' / '.join(f'{int(n):,}' for n in rows)} keys, most to least", max(medians) / min(medians), 1.3)
