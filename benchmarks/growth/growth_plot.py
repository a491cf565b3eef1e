"""Small plots, one for each thing that grows: milliseconds per call against size, on logarithmic scales."""

import math
from collections.abc import Mapping
from html import escape

Curves = Mapping[str, Mapping[int, float]]
"""Milliseconds by size, by the name of the call."""

COLUMNS, WIDTH, HEIGHT = 3, 330, 230
LEFT, RIGHT, TOP, BOTTOM = 46, 28, 34, 42
HEAD = 56
SHAPES = {
    "get_snapshot": "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0z",
    "create_snapshot": "M-3.2-3.2h6.4v6.4h-6.4z",
    "check": "M0-4.4L4.2 3.2H-4.2z",
    "reset": "M0-4.6L4.6 0 0 4.6-4.6 0z",
    "list": "M-3.5-3.5L3.5 3.5M-3.5 3.5L3.5-3.5",
    "order": "M-4 0h8M0-4v8",
    "apply_credit": "M-4-2h8v4h-8z",
    "get_invoices": "M-2-4h4v8h-4z",
}
"""A mark for each call, so that curves differ by more than color."""

STYLE = """
text{font:11px system-ui,sans-serif;fill:#333}.name{font-weight:600;font-size:12px}
.grid{stroke:#ddd;stroke-width:1}path.line{stroke-width:2}path.slow{stroke-width:1;stroke-dasharray:2 3}.back{fill:#fff}
.get_snapshot{stroke:#1f6fb4;fill:#1f6fb4}.create_snapshot{stroke:#b8500b;fill:#b8500b}
.check{stroke:#21803d;fill:#21803d}.reset{stroke:#8a3fa8;fill:#8a3fa8}.list{stroke:#666;fill:none;stroke-width:2}
.order{stroke:#a02020;fill:none;stroke-width:2}.apply_credit{stroke:#7a6a00;fill:#7a6a00}.get_invoices{stroke:#00707a;fill:#00707a}
@media(prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#3a3f45}.back{fill:#0d1117}
.get_snapshot{stroke:#6cb2f0;fill:#6cb2f0}.create_snapshot{stroke:#f0914e;fill:#f0914e}
.check{stroke:#5fc77e;fill:#5fc77e}.reset{stroke:#cf8fe8;fill:#cf8fe8}.list{stroke:#a8adb3;fill:none}
.order{stroke:#ff8080;fill:none}.apply_credit{stroke:#d6c447;fill:#d6c447}.get_invoices{stroke:#4fc9d6;fill:#4fc9d6}}
"""


def drawn(series: Mapping[str, tuple[Curves, Curves]]) -> str:
    """Return the plot of medians and ninth deciles: a panel for each series, all with one scale."""
    figures = [
        ms
        for both in series.values()
        for curves in both
        for curve in curves.values()
        for ms in curve.values()
    ]
    lowest, highest = math.floor(math.log10(min(figures))), math.ceil(math.log10(max(figures)))
    rows = -(-len(series) // COLUMNS)
    wide, high = COLUMNS * WIDTH, HEAD + rows * HEIGHT
    panels = [
        f'<g transform="translate({place % COLUMNS * WIDTH} {HEAD + place // COLUMNS * HEIGHT})">'
        f"{_panel(name, medians, slow, range(lowest, highest + 1))}</g>"
        for place, (name, (medians, slow)) in enumerate(series.items())
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        f'role="img"><title>Milliseconds per call against what is in the store</title><style>{STYLE}</style>'
        f'<rect class="back" width="{wide}" height="{high}"/>{_legend()}{"".join(panels)}</svg>\n'
    )


def _legend() -> str:
    entries = [
        f'<g transform="translate({LEFT + place * 116} 22)"><path class="{call}" d="{shape}"/>'
        f'<text x="10" y="4">{call}</text></g>'
        for place, (call, shape) in enumerate(SHAPES.items())
    ]
    return (
        "".join(entries)
        + f'<text x="{LEFT - 6}" y="46">ms per call: median (line), one in ten is slower than the dots; both scales logarithmic</text>'
    )


def _panel(name: str, medians: Curves, slow: Curves, decades: range) -> str:
    sizes = sorted({size for curve in medians.values() for size in curve})
    most, least = math.log10(sizes[-1]), math.log10(sizes[0])

    def x(size: float) -> float:
        return LEFT + (math.log10(size) - least) / (most - least) * (WIDTH - LEFT - RIGHT)

    def y(ms: float) -> float:
        share = (math.log10(ms) - decades[0]) / (decades[-1] - decades[0])
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    parts = [f'<text class="name" x="{LEFT}" y="{TOP - 12}">{escape(name)}</text>']
    for ms in (10.0**decade for decade in decades):
        parts.append(f'<path class="grid" d="M{LEFT} {y(ms):.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y(ms) + 4:.1f}" text-anchor="end">{ms:,g}</text>')
    for size in sizes:
        parts.append(f'<path class="grid" d="M{x(size):.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
        parts.append(
            f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{size:,}</text>'
        )
    for call, curve in medians.items():
        for kind, of in (("line", curve), ("slow", slow[call])):
            line = "L".join(f"{x(size):.1f} {y(ms):.1f}" for size, ms in of.items())
            parts.append(f'<path class="{kind} {call}" style="fill:none" d="M{line}"/>')
        parts += [
            f'<path class="{call}" transform="translate({x(size):.1f} {y(ms):.1f})" d="{SHAPES[call]}"/>'
            for size, ms in curve.items()
        ]
    return "".join(parts)
