"""What the machine gives: processes that are stopped again, what they cost, ports, tools."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def say(text):
    print(text, file=sys.stderr, flush=True)


class Missing(Exception):
    """A tool that is not here."""


def tool(name, what):
    path = shutil.which(name)
    if path is None:
        raise Missing(f"{name} is not on the PATH (expected: {what})")
    return path


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(condition, seconds, what, pause=0.02):
    """Waits until condition() is true, and returns how long that took."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"{what}: not after {seconds} s")
        time.sleep(pause)
    return time.monotonic() - start


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Process:
    """A child process, and what it costs by the kernel's account of it."""

    def __init__(self, name, command, folder, env=None):
        self.name = name
        self.log = os.path.join(folder, name + ".log")
        self.started = time.monotonic()
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                command,
                env={**os.environ, **(env or {})},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.pid = self.child.pid

    def alive(self):
        return self.child.poll() is None

    def wait_until(self, condition, seconds, what, pause=0.02):
        """As wait_for, but not any longer than the process lives."""
        waited = wait_for(lambda: not self.alive() or condition(), seconds, what, pause)
        if not self.alive():
            raise RuntimeError(f"{self.name} has ended with status {self.child.returncode} (expected: {what})")
        return waited

    def stop(self):
        if self.alive():
            os.killpg(self.pid, signal.SIGTERM)
            try:
                self.child.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, signal.SIGKILL)
                self.child.wait()

    def tail(self):
        with open(self.log, errors="replace") as log:
            return "".join(log.readlines()[-15:])


def cpu_seconds(pid):
    """User and system time of a process, all its threads, those that have ended included."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def rss_mb(pid):
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * PAGE / 1e6


def listener(address):
    """The process that listens on host:port, for servers that this run did not start."""
    port = int(address.rpartition(":")[2])
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table) as lines:
            for line in list(lines)[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                    inodes.add(f"socket:[{fields[9]}]")
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for fd in os.listdir(f"/proc/{pid}/fd"):
                if os.readlink(f"/proc/{pid}/fd/{fd}") in inodes:
                    return int(pid)
        except OSError:
            continue
    raise Missing(f"nothing listens on {address}, or it is another user's process")


def describe():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return {"cpu": model, "cores": os.cpu_count(), "kernel": os.uname().release, "day": time.strftime("%Y-%m-%d")}
