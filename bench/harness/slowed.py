"""Makes the sidecar slower by a known time, to see that the figures say so. Nothing of it is in the product."""

import os
import subprocess

from machine import Missing
from stage import BENCH


def agent(stage, micros):
    """Compiles the agent with the JDK that the launcher has chosen; returns the option that loads it."""
    jdk = os.path.dirname(os.path.dirname(os.path.realpath(f"/proc/{stage.control.pid}/exe")))
    classes, jar = stage.path("slowed"), stage.path("slowed.jar")
    source = os.path.join(BENCH, "slowed")
    run([os.path.join(jdk, "bin", "javac"), "-d", classes, os.path.join(source, "Slowed.java")])
    run([os.path.join(jdk, "bin", "jar"), "--create", "--file", jar, "--manifest", os.path.join(source, "MANIFEST.MF"), "-C", classes, "."])
    return f"-javaagent:{jar}={micros:g}"


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"--slowed needs a JDK 24 or newer: {' '.join(command)}: {done.stderr.strip()}")


def confirm(sidecar):
    """Every check has to have come by the spin: else the figures would be those of a sidecar that is not slowed."""
    with open(sidecar.process.log, errors="replace") as log:
        if "slowed: each check spins" not in log.read():
            raise RuntimeError("--slowed: no check came by the agent's spin (expected: AuthorizationService.check is what answers)")
