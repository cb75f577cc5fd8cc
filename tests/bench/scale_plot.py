"""Four curves of cost against the number of passages, as an SVG picture; drawn by scale.py."""

from collections.abc import Callable, Mapping, Sequence
from math import log10

PANELS = {
    "build, without embedding (s)": {"build_s": "#2166ac"},
    "after one change, and search (ms)": {
        "one_changed_ms": "#d95f02",
        "search_p50_ms": "#1b7837",
        "search_p95_ms": "#5aae61",
    },
    "memory (MB)": {"build_mb": "#d95f02", "serving_mb": "#1b7837"},
    "disk (MB)": {"index_mb": "#1b7837", "texts_mb": "#999999"},
}
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 400, 280, 60, 34, 34


def drawn(rows: Sequence[Mapping[str, float]]) -> str:
    """The picture of one row of values a size, both axes logarithmic."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {2 * HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        "<title>Cost of an index by its number of passages</title>",
        f'<rect width="{2 * WIDTH}" height="{2 * HEIGHT}" fill="#fff"/>',
    ]
    for place, (title, lines) in enumerate(PANELS.items()):
        parts.append(f'<g transform="translate({place % 2 * WIDTH} {place // 2 * HEIGHT})">')
        parts += _panel(title, lines, rows)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _panel(title: str, lines: Mapping[str, str], rows: Sequence[Mapping[str, float]]) -> list[str]:
    sizes = [row["passages"] for row in rows]
    values = [row[name] for row in rows for name in lines]
    across = _scale(min(sizes), max(sizes), LEFT, WIDTH - 20)
    up = _scale(min(values), max(values), HEIGHT - BOTTOM, TOP + 8)
    parts = [f'<text x="{LEFT}" y="20" font-weight="bold">{title}</text>']
    for power in range(int(log10(min(values))) - 1, int(log10(max(values))) + 2):
        y = up(10.0**power)
        if TOP <= y <= HEIGHT - BOTTOM + 1:
            parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - 20}" stroke="#ddd"/>')
            parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:,g}</text>')
    parts += [
        f'<text x="{across(size):.1f}" y="{HEIGHT - 14}" text-anchor="middle">{_short(size)}</text>' for size in sizes
    ]
    for place, (name, colour) in enumerate(lines.items()):
        points = " ".join(f"{across(row['passages']):.1f},{up(row[name]):.1f}" for row in rows)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        label = name.replace("_", " ").removesuffix(" ms").removesuffix(" s").removesuffix(" mb")
        parts.append(f'<text x="{LEFT + 8}" y="{TOP + 14 + 15 * place}" fill="{colour}">{label}</text>')
    return parts


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    spread = log10(high / low) or 1.0
    return lambda value: start + (end - start) * log10(value / low) / spread


def _short(size: float) -> str:
    return f"{size / 1e6:.1f}M" if size >= 1e6 else f"{size / 1e3:.3g}k"
