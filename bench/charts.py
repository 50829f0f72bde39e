"""Charts as SVG: a bar for each figure, from nothing to p50, with a mark at p95."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from bench.figures import Figure

WIDTH = 760
LABEL = 330
"""Where the bars begin."""
ROW = 22
TOP = 40
STEPS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
INK, BAR, MARK, GRID = "#222", "#4c78a8", "#e45756", "#ccc"


def save(figures: Sequence[Figure], folder: Path, name: str) -> list[Path]:
    """Write one chart for each cell, of what is measured in seconds."""
    written: list[Path] = []
    for cell in dict.fromkeys(figure.cell for figure in figures):
        rows = [f for f in figures if f.cell == cell and f.unit == "s" and f.p50 is not None]
        if rows:
            path = folder / f"{name}-{cell.replace(' ', '-')}.svg"
            path.write_text(chart(f"{cell}, seconds: p50, and p95 as a mark", rows))
            written.append(path)
    return written


def chart(title: str, figures: Sequence[Figure]) -> str:
    """The chart of figures that have values."""
    longest_s = max(figure.p95 or 0.0 for figure in figures) or 1.0
    step_s = next((s for s in STEPS_S if longest_s / s <= 8), longest_s / 8)
    height = TOP + ROW * len(figures) + 30
    scale = (WIDTH - LABEL - 60) / longest_s
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" font-size="12" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="10" y="20" font-size="14">{escape(title)}</text>',
    ]
    for number in range(int(longest_s / step_s) + 1):
        x = LABEL + number * step_s * scale
        parts.append(f'<path d="M{x:.1f} {TOP - 6}V{height - 24}" stroke="{GRID}"/>')
        parts.append(f'<text x="{x - 8:.1f}" y="{height - 8}">{number * step_s:g}</text>')
    for number, figure in enumerate(figures):
        parts += _row(figure, TOP + number * ROW, scale)
    return "\n".join([*parts, "</svg>", ""])


def _row(figure: Figure, y: float, scale: float) -> list[str]:
    p50, p95 = figure.p50 or 0.0, figure.p95 or 0.0
    end = LABEL + max(0.0, p50) * scale
    mark = LABEL + p95 * scale
    indent = 10 + 14 * (len(figure.name) - len(figure.name.lstrip()))
    return [
        f'<text x="{indent}" y="{y + 13}">{escape(figure.name.strip())}</text>',
        f'<rect x="{LABEL}" y="{y + 3}" width="{end - LABEL:.1f}" height="12" fill="{BAR}"/>',
        f'<path d="M{mark:.1f} {y}v18" stroke="{MARK}" stroke-width="2"/>',
        f'<text x="{max(end, mark) + 6:.1f}" y="{y + 13}">{p50:.2f} / {p95:.2f}</text>',
    ]
