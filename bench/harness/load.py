"""The load programs, run once, and what a server spent meanwhile."""

import json
import os
import subprocess

from machine import cpu_seconds
from stage import PATH

SCALE = 1e6  # times in microseconds


class Load:
    def __init__(self, rust, keys):
        self.rust, self.keys = rust, keys

    def _run(self, program, *args, timeout):
        done = subprocess.run([os.path.join(self.rust, program), *map(str, args)], capture_output=True, text=True,
                              timeout=timeout)
        if done.returncode:
            raise RuntimeError(f"{program} {args}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def direct(self, server, checks, keys=None, connections=4, streams=32):
        """Checks over gRPC, 128 under way at any time: what one costs when the server has all it can do."""
        before = cpu_seconds(server.pid)
        answer = self._run("load-grpc", server.address, PATH, keys or self.keys, connections, streams, checks, timeout=600)
        answer["cpu"] = (cpu_seconds(server.pid) - before) / answer["answers"] * SCALE
        return answer

    def answer(self, server, file):
        """Has the message of the server's answer to a check written into a file."""
        only_ok(self._run("load-grpc", server.address, PATH, self.keys, 1, 1, 1, file, timeout=60), server.name)
        return file

    def open(self, port, rate, seconds, seed, pids=(), keys=None):
        """Requests at random times of a rate, each counted from when it was due."""
        before = [cpu_seconds(pid) for pid in pids]
        answer = self._run("load-http", f"127.0.0.1:{port}", PATH, keys or self.keys, 64, rate, seconds, seed,
                           timeout=seconds + 60)
        answer["cpu"] = [(cpu_seconds(pid) - b) / answer["answers"] * SCALE for pid, b in zip(pids, before)]
        return answer

    def closed(self, port, seconds, pids, keys=None):
        """Each of 32 clients asks again when it has its answer."""
        before = [cpu_seconds(pid) for pid in pids]
        answer = self._run("load-http", f"127.0.0.1:{port}", PATH, keys or self.keys, 32, 0, seconds, 1, timeout=seconds + 60)
        answer["cpu"] = [(cpu_seconds(pid) - b) / answer["answers"] * SCALE for pid, b in zip(pids, before)]
        return answer


def only_ok(answer, what):
    """A server that fails or denies is fast; its figures would say nothing."""
    if answer["ok"] != answer["answers"]:
        raise RuntimeError(f"{what}: {answer['denied']} denied and {answer['failed']} failed of {answer['answers']} (expected: all allowed)")
    return answer
