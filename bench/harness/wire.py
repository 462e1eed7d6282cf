"""HTTP/1.1 on connections that stay open, with as little of Python between the socket and the clock as can be."""

import json
import select
import socket
import time


def request(method, path, headers=(), body=None):
    text = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "host: api.example.com", f"content-length: {len(text)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + text


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read = b""

    def send(self, text):
        self.socket.sendall(text)

    def receive(self):
        """Reads once; returns status and body when the whole answer is there, and until then None."""
        more = self.socket.recv(1 << 18)
        if not more:
            raise RuntimeError("a connection was closed")
        self.read += more
        head, found, body = self.read.partition(b"\r\n\r\n")
        if not found or len(body) < length(head):
            return None
        self.read = b""
        return int(head[9:12]), body

    def call(self, text):
        self.send(text)
        answer = None
        while answer is None:
            answer = self.receive()
        return answer

    def close(self):
        self.socket.close()


def length(head):
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    raise RuntimeError(f"an answer without content-length: {head[:60]!r}")


class Api:
    """The control plane's REST interface."""

    def __init__(self, stage):
        self.headers = ["authorization: Bearer " + stage.token, "content-type: application/json"]
        self.connection = Connection(stage.control_port)

    def text(self, method, path, body=None):
        return request(method, "/v1" + path, self.headers, body)

    def call(self, method, path, body=None):
        return good(self.connection.call(self.text(method, path, body)))

    def create(self, workspace, name):
        return self.text("POST", f"/workspaces/{workspace}/keys", {"name": name, "environment": "live", "scopes": ["cases:read"]})

    def on_key(self, id_, verb):
        return self.text("POST", f"/workspaces/-/keys/{id_}:{verb}", {})


def good(answer):
    status, body = answer
    if status != 200:
        raise RuntimeError(f"the control plane answered {status} (expected: 200): {body.decode(errors='replace')[:300]}")
    return json.loads(body)


def closed_loop(connections, requests, seconds):
    """Sends the next request on each connection that has its answer, until the time is over or there are no more; returns
    (seconds, answer) of each, and how long it took in all."""
    poll = select.poll()
    by_fd = {c.socket.fileno(): c for c in connections}
    sent, done, requests = {}, [], iter(requests)
    start = time.perf_counter()

    def send(fd):
        text = next(requests, None) if time.perf_counter() - start < seconds else None
        if text is not None:
            sent[fd] = time.perf_counter()
            by_fd[fd].send(text)

    for fd in by_fd:
        poll.register(fd, select.POLLIN)
        send(fd)
    while sent:
        for fd, _ in poll.poll(10_000) or timed_out():
            answer = by_fd[fd].receive()
            if answer is not None:
                done.append((time.perf_counter() - sent.pop(fd), answer))
                send(fd)
    return done, time.perf_counter() - start


def timed_out():
    raise RuntimeError("no answer for 10 s")
