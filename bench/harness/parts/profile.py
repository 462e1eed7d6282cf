"""Where the sidecar's time goes, and what it allocates, by the JVM's own recorder (JFR): one connection as from Envoy's worker, and all
the checks that it can do."""

import collections
import json
import os
import subprocess

from figures import table
from load import only_ok
from machine import Missing, say

CHECKS = 1_500_000
OURS = "dev.latchkey."
LAYERS = [  # by the start of the name of the class that a sample was taken in
    ("Latchkey", (OURS,)),
    ("gRPC", ("io.grpc.",)),
    ("Netty: HTTP/2", ("io.netty.handler.codec.",)),
    ("Netty: epoll and the kernel", ("io.netty.channel.epoll.", "io.netty.channel.unix.")),
    ("Netty: the rest", ("io.netty.",)),
    ("the cache (Caffeine)", ("com.github.benmanes.",)),
    ("SHA-256", ("sun.security.", "javax.crypto.", "com.sun.crypto.")),
    ("protobuf", ("com.google.protobuf.",)),
    ("metrics (Micrometer)", ("io.micrometer.", "io.prometheus.")),
    ("the rest of the JDK", ("java.", "jdk.", "sun.")),
]
MOST = 14


def measure(run):
    java = os.path.dirname(os.readlink(f"/proc/{run.product.pid}/exe"))
    if not os.path.exists(os.path.join(java, "jfr")):
        say(f"bench: no profile: {java} has no jfr (expected: a JDK)")
        return None
    say("bench: profile")
    try:
        return recorded(run, java)
    except (Missing, RuntimeError, ValueError, subprocess.SubprocessError) as failure:
        say(f"bench: no profile: {failure}")  # the last part: the figures of the others are worth more
        return None


def recorded(run, java):
    recording = run.stage.path("profile.jfr")
    jcmd = [os.path.join(java, "jcmd"), str(run.product.pid)]
    call([*jcmd, "JFR.start", "name=bench", "settings=profile"])
    answer = only_ok(run.load.direct(run.product, CHECKS, connections=1, streams=32), run.product.name)
    call([*jcmd, "JFR.stop", "name=bench", f"filename={recording}"])
    samples = stacks(java, recording, "jdk.ExecutionSample,jdk.NativeMethodSample")
    allocated = stacks(java, recording, "jdk.ObjectAllocationSample")
    return {"checks": CHECKS, "cpu": answer["cpu"], "samples": len(samples),
            "layers": shares(layer(frames) for frames, _ in samples),
            "classes": shares(name for frames, _ in samples if (name := own(frames))),
            "methods": shares(frames[0] for frames, _ in samples),
            "allocated": weighed(allocated)}


def call(command):
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError) as failure:
        raise Missing(f"{os.path.basename(command[0])}: {failure}") from failure


def stacks(java, recording, events):
    """Of each sample the methods, the innermost first, and the event. Only those of the threads that check."""
    printed = call([os.path.join(java, "jfr"), "print", "--json", "--stack-depth", "64", "--events", events, recording])
    found = []
    for event in json.loads(printed)["recording"]["events"]:
        values = event["values"]
        thread = values.get("sampledThread") or values.get("eventThread") or {}
        trace = values.get("stackTrace")
        if trace and (thread.get("javaName") or "").startswith("latchkey-check"):
            found.append(([f"{m['type']['name'].replace('/', '.')}.{m['name']}" for m in (f["method"] for f in trace["frames"])], values))
    return found


def layer(frames):
    return next((name for name, starts in LAYERS if frames[0].startswith(starts)), "others")


def own(frames):
    """The innermost class of ours, which does it or has it done; None outside."""
    method = next((f for f in frames if f.startswith(OURS)), None)
    return method and method.rpartition(".")[0].partition("$")[0].rpartition(".")[2]


def shares(names):
    counted = collections.Counter(names)
    return {name: count / max(1, counted.total()) for name, count in counted.most_common(MOST)}


def weighed(allocations):
    """The shares of allocated bytes by class: a sample stands for what its thread has allocated since the one before, the first for all
    that it ever has."""
    bytes_, before = collections.Counter(), set()
    for _, values in allocations:
        thread = values["eventThread"]["javaThreadId"]
        if thread not in before:
            before.add(thread)
            continue
        bytes_[values["objectClass"]["name"].replace("/", ".")] += values["weight"]
    return {name: weight / max(1, bytes_.total()) for name, weight in bytes_.most_common(MOST)}


def show(row):
    if row is None:
        return ""
    return (f"### Where a check's time goes\n\nBy JFR, {row['samples']:,} samples of the event loop while it did {row['checks']:,} checks, "
            f"32 under way on one connection, at {row['cpu']:.1f} µs CPU each.\n\n"
            + listed("taken in", row["layers"]) + "\n"
            + listed("Latchkey's own part, and what it calls: class", row["classes"]) + "\n"
            + listed("method", row["methods"]) + "\n"
            + listed("of the bytes allocated", row["allocated"]))


def listed(head, of):
    return table([head, "share"], [[f"`{name}`" if "." in name or "[" in name else name, f"{share:.1%}"] for name, share in of.items()])


def bars(_):
    return ()
