"""What a run has found: a JSON file to keep, the page docs/performance.md, and its charts."""

import json
import os

from figures import DOCS, table
from machine import say
from parts import PARTS
from stage import BENCH

PAGE = os.path.join(DOCS, "performance.md")
START, END = "<!-- results: written by bench/run -->\n", "<!-- end of results -->"


def write(results):
    folder = os.path.join(BENCH, "results")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"{results['machine']['day']}.json")
    with open(path, "w") as file:
        json.dump(results, file, indent=1)
    with open(PAGE) as file:
        before, _, rest = file.read().partition(START)
    with open(PAGE, "w") as file:
        file.write(before + START + tables(results) + END + rest.partition(END)[2])
    say(f"bench: {path} and docs/performance.md")


def tables(results):
    machine, rounds = results["machine"], results["rounds"]
    taken = f"median [least–most] of {rounds} rounds" if rounds > 1 else "one round"
    head = f"\n{machine['day']}, {machine['cores']} cores of {machine['cpu']}, Linux {machine['kernel']}; {taken}.\n"
    return "\n".join([head, promised(results)] + [part.show(results[name]) for name, part in PARTS.items() if name in results]) + "\n"


def promised(results):
    return "### What is promised\n\n" + table(
        ["bar", "figure", "met or not"], [[f"{bar.what}: {bar.promised}", bar.figure, bar.verdict] for bar in bars(results)])


def bars(results):
    """The figures that are promised, of the parts that were measured."""
    for name, part in PARTS.items():
        if name in results:
            yield from part.bars(results[name])
