"""Holds a server to a share of a CPU, by the kernel's means that there are."""

import contextlib
import itertools
import os
import time

from machine import Missing, tool

PERIOD = 100_000  # microseconds, what containers get
ROOTS = {"cgroup v2": "/sys/fs/cgroup", "cgroup v1": "/sys/fs/cgroup/cpu"}
numbers = itertools.count(1)


class Limit:
    """What a command is to be run through so that it is held from its first instruction on: a JVM looks once, at its start."""

    def __init__(self, how, prefix):
        self.how, self.prefix = how, prefix

    def around(self, command):
        return [*self.prefix, *command]


@contextlib.contextmanager
def held_to(cpus):
    """A limit of so many CPUs; Missing if this machine has no means for it, or does not let this user."""
    refused, name = [], f"latchkey-bench-{os.getpid()}-{next(numbers)}"
    for how, root in ROOTS.items():
        group = os.path.join(root, name)
        try:
            enter(how, root, group, cpus)
        except OSError as refusal:
            refused.append(f"{how}: {refusal}")
            leave(group)
            continue
        try:
            yield Limit(how, ["sh", "-c", 'echo $$ >"$0" && exec "$@"', os.path.join(group, "cgroup.procs")])
        finally:
            leave(group)
        return
    if cpus != int(cpus):
        raise Missing(f"{cpus} CPUs cannot be set here ({'; '.join(refused)})")
    yield Limit("taskset", [tool("taskset", "Debian: util-linux"), "-c", f"0-{int(cpus) - 1}"])


def enter(how, root, group, cpus):
    if how == "cgroup v2":
        if "cpu" not in read(os.path.join(root, "cgroup.subtree_control")).split():
            write(os.path.join(root, "cgroup.subtree_control"), "+cpu")
        os.mkdir(group)
        write(os.path.join(group, "cpu.max"), f"{int(cpus * PERIOD)} {PERIOD}")
    else:
        os.mkdir(group)
        write(os.path.join(group, "cpu.cfs_period_us"), PERIOD)
        write(os.path.join(group, "cpu.cfs_quota_us"), int(cpus * PERIOD))


def leave(group):
    for _ in range(50):  # what has just ended in it may be there for a moment
        try:
            os.rmdir(group)
            return
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.1)


def read(path):
    with open(path) as file:
        return file.read()


def write(path, value):
    with open(path, "w") as file:
        file.write(str(value))
