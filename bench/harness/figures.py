"""Figures as a run keeps them, and as the page shows them."""

import html
import math
import os
import statistics
from typing import NamedTuple

from stage import HOME

DOCS = os.path.join(HOME, "docs")
OURS, FLOOR, GO, SAME_ANSWER = "latchkey", "noop-rust", "noop-go", "noop-rust-same-answer"
NAMES = {OURS: "Latchkey", FLOOR: "no-op, Rust (tonic, 1 thread)", GO: "no-op, Go (grpc-go)",
         SAME_ANSWER: "no-op, Rust, with Latchkey's answer"}


def name(server):
    return NAMES.get(server, server)


def middle(values):
    """The median and the spread of a figure's samples."""
    values = list(values)
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def quantile(values, q):
    """The least value that a share q of all does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(q * len(ordered)) - 1)]


def spread(figure, digits=0, scale=1.0):
    """The median, and from where to where, if there is more than one sample."""
    median, least, most = (f"{figure[k] * scale:.{digits}f}" for k in ("median", "min", "max"))
    return median if figure["min"] == figure["max"] else f"{median} [{least}–{most}]"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def ratio(rows, figure, to):
    """Ours to another server's, by their medians; None if that one was not measured."""
    return rows[OURS][figure]["median"] / rows[to][figure]["median"] if to in rows else None


class Bar(NamedTuple):
    """One figure that is promised."""

    what: str
    promised: str
    figure: str
    verdict: str


def at_most(what, value, most):
    return bar(what, value, f"at most {most:,}", lambda: value <= most)


def at_least(what, value, least):
    return bar(what, value, f"at least {least:,}", lambda: value >= least)


def bar(what, value, promised, is_met):
    if value is None:
        return Bar(what, promised, "–", "not measured")
    return Bar(what, promised, f"{value:,.0f}" if value >= 100 else f"{value:.2f}", "met" if is_met() else "not met")


def chart(file, title, values):
    """Writes horizontal bars as SVG; returns the line that shows them."""
    width, row, left = 720, 34, 270
    most = max(values.values()) or 1
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {row * len(values) + 44}" font-family="system-ui, sans-serif" font-size="14">',
             f'<rect width="100%" height="100%" fill="#fff"/><text x="12" y="24" font-weight="600" fill="#111">{html.escape(title)}</text>']
    for i, (label, value) in enumerate(values.items()):
        y, length = 40 + i * row, max(1, value / most * (width - left - 80))
        fill = "#2f6f4f" if label == NAMES[OURS] else "#9aa5b1"
        lines.append(f'<text x="{left - 10}" y="{y + 17}" text-anchor="end" fill="#333">{html.escape(label)}</text>'
                     f'<rect x="{left}" y="{y + 2}" width="{length:.0f}" height="20" rx="3" fill="{fill}"/>'
                     f'<text x="{left + length + 8:.0f}" y="{y + 17}" fill="#111">{value:.1f}</text>')
    lines.append("</svg>")
    folder = os.path.join(DOCS, "images")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"performance-{file}.svg"), "w") as out:
        out.write("\n".join(lines) + "\n")
    return f"![{title}](images/performance-{file}.svg)\n"
