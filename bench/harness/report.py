"""What a run has found: a JSON file to keep, the page docs/performance.md, and its charts."""

import html
import json
import os

from machine import say
from stage import BENCH, HOME

DOCS = os.path.join(HOME, "docs")
NAMES = {"latchkey": "Latchkey", "noop-rust": "no-op, Rust (tonic, 1 thread)", "noop-go": "no-op, Go (grpc-go)"}


def name(server):
    return NAMES.get(server, server)


def write(results):
    folder = os.path.join(BENCH, "results")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"{results['machine']['day']}.json")
    with open(path, "w") as file:
        json.dump(results, file, indent=1)
    say(f"bench: {path}")
    for line in bars(results):
        print(line)
    with open(os.path.join(DOCS, "performance.md")) as file:
        page = file.read()
    start, end = "<!-- results: written by bench/run -->\n", "<!-- end of results -->"
    before, _, rest = page.partition(start)
    after = rest.partition(end)[2]
    with open(os.path.join(DOCS, "performance.md"), "w") as file:
        file.write(before + start + tables(results) + end + after)
    say("bench: docs/performance.md")


def spread(figure, digits=0):
    return f"{figure['median']:.{digits}f} [{figure['min']:.{digits}f}–{figure['max']:.{digits}f}]"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def tables(results):
    machine = results["machine"]
    parts = [f"\n{machine['day']}, {machine['cores']} cores of {machine['cpu']}, Linux {machine['kernel']}; "
             f"median [least–most] of {results['rounds']} rounds.\n"]
    if "direct" in results:
        parts.append("### Direct gRPC, 128 checks under way\n\n" + table(
            ["server", "CPU a check, µs", "checks/s", "p99, µs"],
            [[name(s), spread(r["cpu"], 1), spread(r["rate"]), spread(r["p99"])] for s, r in results["direct"].items()]))
        parts.append(chart("direct", "CPU a check, µs", {name(s): r["cpu"]["median"] for s, r in results["direct"].items()}))
    for rate, rows in results.get("open", {}).items():
        servers = {s: r for s, r in rows.items() if "added_p50" in r}
        parts.append(f"### Through Envoy, open loop, {rate} requests a second\n\n" + table(
            ["server", "adds p50, µs", "adds p99, µs", "its CPU a check, µs", "Envoy's, µs"],
            [[name(s), spread(r["added_p50"]), spread(r["added_p99"]), spread(r["server_cpu"]), spread(r["envoy_cpu"])] for s, r in servers.items()]))
        parts.append(chart(f"open-{rate}", f"added p50 at {rate}/s, µs", {name(s): r["added_p50"]["median"] for s, r in servers.items()}))
    if "closed" in results:
        parts.append("### Through Envoy, closed loop, 32 clients\n\n" + table(
            ["server", "CPU a request, Envoy's included, µs", "the server's, µs", "requests/s"],
            [[name(s), spread(r["sum_cpu"]), spread(r["server_cpu"]), spread(r["rate"])] for s, r in results["closed"].items()]))
    if "start" in results:
        r = results["start"]
        parts.append("### Start and memory\n\n" + table(
            ["", "figure"],
            [["start to serving, ms", spread(r["serving_ms"])], ["start to ready, ms", spread(r["ready_ms"])],
             ["resident when idle, MB", spread(r["idle_mb"])]]
            + ([[f"resident after load with {results['memory']['cached']:,} keys in the cache, MB", f"{results['memory']['rss_mb']:.0f}"]] if "memory" in results else [])))
    if "first" in results:
        parts.append("### The first five seconds, 1,000 requests a second\n\n" + table(
            ["server", "p50, µs", "p99, ms", "most, ms"],
            [[name(s), spread(r["p50"]), f"{r['p99']['median'] / 1e3:.1f}", f"{r['max']['median'] / 1e3:.1f}"] for s, r in results["first"].items()]))
    if "miss" in results:
        r = results["miss"]
        parts.append("### A key that is not in the cache\n\n" + table(
            ["", "CPU a check, µs", "p99, µs"],
            [["hit", spread(r["hit_cpu"], 1), spread(r["hit_p99"])], ["miss", spread(r["miss_cpu"], 1), spread(r["miss_p99"])]]))
    if "keys" in results:
        parts.append("### Keys in Redis\n\n" + table(
            ["keys", "in use", "CPU a check, µs", "p50, µs", "p99, µs"],
            [[f"{int(n):,}", f"{r['hot']:,}", spread(r["cpu"], 1), spread(r["p50"]), spread(r["p99"])] for n, r in results["keys"].items()]))
    return "\n".join(parts) + "\n"


def bars(results):
    """The figures that are promised, as ratios within this run."""
    def bar(what, value, most):
        return f"{'met   ' if value <= most else 'MISSED'} {what}: {value:.2f} (bar: {most})"

    direct, closed = results.get("direct", {}), results.get("closed", {})
    ours = "latchkey"
    if direct:
        yield bar("CPU a check to the Rust no-op's", direct[ours]["cpu"]["median"] / direct["noop-rust"]["cpu"]["median"], 1.25)
        if "noop-go" in direct:
            yield bar("CPU a check to the Go no-op's", direct[ours]["cpu"]["median"] / direct["noop-go"]["cpu"]["median"], 0.5)
    for rate, rows in results.get("open", {}).items():
        yield bar(f"added p50 at {rate}/s to the Rust no-op's", rows[ours]["added_p50"]["median"] / rows["noop-rust"]["added_p50"]["median"], 1.1)
        if "noop-go" in rows:
            yield bar(f"added p99 at {rate}/s to the Go no-op's", rows[ours]["added_p99"]["median"] / rows["noop-go"]["added_p99"]["median"], 1)
            yield bar(f"server CPU at {rate}/s to the Go no-op's", rows[ours]["server_cpu"]["median"] / rows["noop-go"]["server_cpu"]["median"], 0.5)
    if closed:
        yield bar("CPU a request, Envoy's included, to the Rust no-op's", closed[ours]["sum_cpu"]["median"] / closed["noop-rust"]["sum_cpu"]["median"], 1)
    if len(results.get("first", {})) == 2:
        yield bar("p99 of the first seconds to the Go no-op's", results["first"][ours]["p99"]["median"] / results["first"]["noop-go"]["p99"]["median"], 2.5)
    if "start" in results:
        yield bar("start to serving, s", results["start"]["serving_ms"]["median"] / 1e3, 0.5)
        yield bar("start to ready, s", results["start"]["ready_ms"]["median"] / 1e3, 2)
        yield bar("resident when idle, MB", results["start"]["idle_mb"]["median"], 115)
    if "memory" in results:
        yield bar("resident after load, MB", results["memory"]["rss_mb"], 180)
    if "miss" in results:
        yield bar("CPU of a miss to a hit's", results["miss"]["cpu_ratio"]["median"], 4)


def chart(file, title, values):
    """Writes horizontal bars as SVG; returns the line that shows them."""
    width, row, left = 720, 34, 240
    most = max(values.values()) or 1
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {row * len(values) + 44}" font-family="system-ui, sans-serif" font-size="14">',
             f'<rect width="100%" height="100%" fill="#fff"/><text x="12" y="24" font-weight="600" fill="#111">{html.escape(title)}</text>']
    for i, (label, value) in enumerate(values.items()):
        y, length = 40 + i * row, max(1, value / most * (width - left - 80))
        fill = "#2f6f4f" if label == NAMES["latchkey"] else "#9aa5b1"
        lines.append(f'<text x="{left - 10}" y="{y + 17}" text-anchor="end" fill="#333">{html.escape(label)}</text>'
                     f'<rect x="{left}" y="{y + 2}" width="{length:.0f}" height="20" rx="3" fill="{fill}"/>'
                     f'<text x="{left + length + 8:.0f}" y="{y + 17}" fill="#111">{value:.1f}</text>')
    lines.append("</svg>")
    folder = os.path.join(DOCS, "images")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"performance-{file}.svg"), "w") as out:
        out.write("\n".join(lines) + "\n")
    return f"![{title}](images/performance-{file}.svg)\n"
