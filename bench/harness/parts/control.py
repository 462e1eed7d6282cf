"""The control plane's calls over REST, by four clients at once on connections that stay open; and an import as a user makes it."""

import itertools
import os
import subprocess
import time

import index
from figures import at_least, quantile, table
from machine import say
from stage import HOME
from wire import Api, Connection, closed_loop, good

CLIENTS, SECONDS = 4, 5
LISTED, PAGE = 1000, 50
IMPORTED, LISTENERS = 100_000, 9


def measure(run):
    api = Api(run.stage)
    for workspace in ("ws_calls", "ws_list", "ws_import"):
        api.call("POST", "/workspaces", {"id": workspace})
    with run.stage.listening(LISTENERS, IMPORTED):
        return {"calls": calls(run, api), "import": import_(run)}


def calls(run, api):
    clients = [Connection(run.stage.control_port) for _ in range(CLIENTS)]

    def load(name, requests, seconds=SECONDS):
        done, took = closed_loop(clients, requests, seconds)
        answers = [good(answer) for _, answer in done]
        times = [t * 1e3 for t, _ in done]
        row = {"rate": len(done) / took, "p50": quantile(times, 0.5), "p99": quantile(times, 0.99), "calls": len(done)}
        say(f"bench: {name}: {row['rate']:.0f}/s, p50 {row['p50']:.1f} ms, p99 {row['p99']:.1f} ms, {row['calls']} calls")
        return row, answers

    def create(workspace, count=None):
        numbers = itertools.count() if count is None else range(count)
        return (api.create(workspace, f"key {i}") for i in numbers)

    load("create, to warm up", create("ws_list", LISTED), 60)
    rows = {}
    rows["create"], made = load("create", create("ws_calls"))
    ids = [answer["key"]["id"] for answer in made]
    half = len(ids) // 2
    rows["list"], _ = load("list", itertools.cycle(pages(api)))
    rows["rotate"], _ = load("rotate", (api.on_key(id_, "rotate") for id_ in ids[:half]))
    rows["revoke"], _ = load("revoke", (api.on_key(id_, "revoke") for id_ in ids[half:]))
    return rows


def pages(api):
    """The requests for all pages of a workspace, one after the other."""
    requests, token, keys = [], "", 0
    while True:
        path = f"/workspaces/ws_list/keys?page_size={PAGE}" + (f"&page_token={token}" if token else "")
        requests.append(api.text("GET", path))
        answer = good(api.connection.call(requests[-1]))
        token = answer["next_page_token"]
        keys += len(answer["keys"])
        if not token:
            break
    if keys != LISTED:
        raise RuntimeError(f"{keys} keys listed (expected: {LISTED})")
    return requests


def import_(run):
    """`latchkey keys import` as it is, its start included."""
    path = run.stage.path("import")
    with open(path, "w") as file:
        file.write("\n".join(index.keys(IMPORTED, seed=13)) + "\n")
    start = time.monotonic()
    done = subprocess.run([os.path.join(HOME, "latchkey"), "keys", "import", "--workspace", "ws_import", "--scope", "cases:read", "--file", path],
                          env={**os.environ, "LATCHKEY_CONTROL": f"http://127.0.0.1:{run.stage.control_port}", "LATCHKEY_TOKEN": run.stage.token},
                          capture_output=True, text=True)
    took = time.monotonic() - start
    if done.returncode or f"imported {IMPORTED}, existed 0, refused 0" not in done.stdout:
        raise RuntimeError(f"latchkey keys import: {done.returncode}, {done.stdout.strip()} {done.stderr.strip()[-300:]}")
    say(f"bench: import: {IMPORTED} keys in {took:.1f} s, {IMPORTED / took:.0f}/s")
    return {"keys": IMPORTED, "seconds": took, "rate": IMPORTED / took}


def show(results):
    imported = results["import"]
    return ("### The control plane\n\n" + table(
        [f"REST, {CLIENTS} clients at once", "calls/s", "p50, ms", "p99, ms", "calls"],
        [[call if call != "list" else f"list, {PAGE} of a workspace's {LISTED:,}", f"{r['rate']:.0f}", f"{r['p50']:.1f}", f"{r['p99']:.1f}", str(r["calls"])]
         for call, r in results["calls"].items()])
            + f"\n`latchkey keys import` of {imported['keys']:,} keys, start of the command included, at the shipped `keys.imports-per-second`: "
              f"{imported['seconds']:.1f} s, {imported['rate']:.0f} keys a second. Meanwhile, and during the calls, one sidecar and {LISTENERS} connections"
              " like a sidecar's took a push of every change.\n")


def bars(results):
    yield at_least("keys imported a second, ten connections tracking", results["import"]["rate"], 5000)
