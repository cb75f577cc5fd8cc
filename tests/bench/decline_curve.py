"""Draw how many questions are declined at every threshold: python tests/bench/decline_curve.py SHARED CACHE OUT.svg

Each question is judged by coefficients fitted on the other half of the questions (tests/bench/fit_decline.py), so that
the curves show what other people's questions may expect. Prints the values drawn.
"""

import argparse
from html import escape
from pathlib import Path

import numpy as np
from fit_decline import fit, gathered, probabilities, signals_of
from numpy.typing import NDArray

from qa.decline import ENOUGH

DRAWN = {
    "SQuAD asked of news": "#1b7837",
    "MultiHop-RAG unanswerable": "#5aae61",
    "seeds unanswerable": "#a6761d",
    "SQuAD unanswerable": "#999999",
    "seeds answerable": "#d95f02",
    "SQuAD answerable": "#7570b3",
    "MultiHop-RAG answerable": "#2166ac",
}
"""The sets drawn, those to be declined first, and their colours."""
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 860, 460, 56, 24, 240, 48
THRESHOLDS = np.linspace(0, 1, 101)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("shared", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    sets = [(each, signals_of(each)) for each in gathered(options.shared, options.cache)]
    halves = [fit([(each, values[half::2]) for each, values in sets if each.weight]) for half in (0, 1)]
    curves = {}
    for each, values in sets:
        if each.name in DRAWN:
            judged = np.concatenate([probabilities(c, values[1 - half :: 2]) for half, c in enumerate(halves)])
            curves[each.name] = (judged[:, None] < THRESHOLDS).mean(axis=0)
    for name in DRAWN:
        shown = "  ".join(f"{limit:.1f}: {curves[name][round(100 * limit)]:.3f}" for limit in np.arange(0.1, 1, 0.1))
        print(f"{name:28} {shown}   at {ENOUGH}: {curves[name][round(100 * ENOUGH)]:.3f}")
    options.out.write_text(drawn(curves), encoding="utf-8")


def drawn(curves: dict[str, NDArray[np.float64]]) -> str:
    """The curves as an SVG picture."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="13">',
        "<title>Share of questions declined, by threshold</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x, y = _at(tick, tick)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:.0%}</text>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{tick:g}</text>')
    line, _ = _at(ENOUGH, 0)
    parts.append(f'<path d="M{line:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#000" stroke-dasharray="4 4"/>')
    parts.append(f'<text x="{line + 5:.1f}" y="{TOP + 12}">in use: {ENOUGH}</text>')
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">'
        "declined where the probability of an answer is below</text>"
    )
    for place, (name, colour) in enumerate(DRAWN.items()):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(_at, THRESHOLDS, curves[name]))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = TOP + 14 + 22 * place
        parts.append(f'<path d="M{WIDTH - RIGHT + 16} {y - 4}h22" stroke="{colour}" stroke-width="3"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 46}" y="{y}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _at(threshold: float, share: float) -> tuple[float, float]:
    x = LEFT + threshold * (WIDTH - LEFT - RIGHT)
    return x, HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


if __name__ == "__main__":
    main()
