"""A program: connections that Redis tracks and that take its pushes as a sidecar's do, heartbeats included, without the sidecar.
Says "ready" when Redis tracks for all; when it is ended, how many names of keys were pushed to the one that got least.
usage: listeners.py PORT COUNT"""

import selectors
import signal
import socket
import sys
import time

from index import command

TRACK = command("HELLO", "3") + command("CLIENT", "TRACKING", "ON", "BCAST", *(
    word for prefix in ("key:", "workspace:", "canary") for word in ("PREFIX", "latchkey:" + prefix)))
BEAT = command("CLIENT", "TRACKINGINFO") + command("TIME") + command("HGETALL", "latchkey:canary")
BEAT_SECONDS = 0.5
NAME = b"latchkey:key:1."  # as pushed; TRACKINGINFO says the prefix only


class Listener:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.sendall(TRACK)
        self.names, self.tail = 0, b""
        answer = b""
        while b"+OK\r\n" not in answer:
            more = self.socket.recv(4096)
            answer += more
            if not more or b"\r\n-" in answer or answer.startswith(b"-"):
                raise RuntimeError(f"Redis does not track: {answer!r}")

    def take(self):
        got = self.tail + self.socket.recv(1 << 18)
        self.names += got.count(NAME)
        # What may be the start of a name is counted with what follows.
        self.tail = next((got[-n:] for n in range(len(NAME) - 1, 0, -1) if got.endswith(NAME[:n])), b"")


class Ended(Exception):
    pass


def end(*_):
    raise Ended


def main():
    port, count = map(int, sys.argv[1:])
    signal.signal(signal.SIGTERM, end)
    listeners = [Listener(port) for _ in range(count)]
    selector = selectors.DefaultSelector()
    for listener in listeners:
        selector.register(listener.socket, selectors.EVENT_READ, listener)
    print("ready", flush=True)
    due = [time.monotonic() + BEAT_SECONDS * i / count for i in range(count)]  # as those of sidecars, not all at once
    try:
        while True:
            for key, _ in selector.select(0.02):
                key.data.take()
            now = time.monotonic()
            for i, listener in enumerate(listeners):
                if due[i] <= now:
                    listener.socket.sendall(BEAT)
                    due[i] = now + BEAT_SECONDS
    except Ended:
        print(min(listener.names for listener in listeners), flush=True)


if __name__ == "__main__":
    main()
