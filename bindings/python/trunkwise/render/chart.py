"""A bar for each row or, where time is cut, for each period: inline SVG
that needs no script and no network."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from itertools import groupby

from ..report import ExpenseReport, ExpenseRow
from ..words import amount, say
from .table import cell, label

COLOURS = {"rent": "#2f6f8f", "call_cost": "#e0a030",
           "forwarded_cost": "#c0504d", "corrections": "#7f6fa8"}
_BARS_MAX = 40
_LEFT, _WIDTH, _STEP = 190, 540, 28


def _bars(report: ExpenseReport, lang: str, currency: str
          ) -> list[tuple[str, Decimal, list[Decimal]]]:
    """Name, total and parts of each bar."""
    rows = [r for r in report.rows if r.currency == currency]
    if report.per:
        groups = [list(g) for _, g in groupby(
            rows, key=lambda r: (r.period, r.first_day))]
        names = [label(g[0], "period", lang) for g in groups]
    else:
        groups = [[r] for r in rows]
        names = [", ".join(label(r, k, lang) for k in report.by)
                 for r in rows]
    return [(name, sum((r.total for r in group), Decimal(0)),
             [_part(group, key) for key in COLOURS])
            for name, group in zip(names, groups)]


def _part(group: list[ExpenseRow], key: str) -> Decimal:
    return sum((Decimal(str(cell(r, key))) for r in group), Decimal(0))


def _legend(lang: str, used: list[bool]) -> str:
    out, x = [], _LEFT
    for (key, colour), is_used in zip(COLOURS.items(), used):
        if not is_used:
            continue
        out.append(f'<rect x="{x}" y="4" width="12" height="12" '
                   f'fill="{colour}"/><text x="{x + 18}" y="15">'
                   f'{escape(say(lang, key))}</text>')
        x += 170
    return "".join(out)


def _bar(y: int, name: str, total: Decimal, parts: list[Decimal],
         top: Decimal, lang: str) -> str:
    if len(name) > 26:
        name = name[:25] + "…"
    out = [f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">'
           f'{escape(name)}</text>']
    x = Decimal(_LEFT)
    for part, colour in zip(parts, COLOURS.values()):
        if part > 0:
            wide = part / top * _WIDTH
            out.append(f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" '
                       f'height="18" fill="{colour}"/>')
            x += wide
    out.append(f'<text x="{x + 6:.1f}" y="{y + 14}">'
               f'{escape(amount(lang, total))}</text>')
    return "".join(out)


def chart(report: ExpenseReport, lang: str, currency: str) -> str:
    """A figure; "" where nothing was paid. Of many bars the largest."""
    bars = [b for b in _bars(report, lang, currency) if b[1] > 0]
    if not bars:
        return ""
    title = say(lang, "share", by=", ".join(
        say(lang, "by_" + k) for k in (
            ("period",) if report.per else report.by)))
    if len(bars) > _BARS_MAX:
        largest = sorted(bars, key=lambda b: b[1])[-_BARS_MAX:]
        bars = [b for b in bars if b in largest][:_BARS_MAX]
        title += " " + say(lang, "largest", count=_BARS_MAX)
    top = max(sum(p for p in b[2] if p > 0) for b in bars) or Decimal(1)
    height = _STEP * len(bars) + 40
    drawn = "".join(_bar(34 + i * _STEP, *b, top, lang)
                    for i, b in enumerate(bars))
    used = [any(b[2][i] for b in bars) for i in range(len(COLOURS))]
    return (f"<figure><figcaption>{escape(title)}, {escape(currency)}"
            f'</figcaption><svg viewBox="0 0 900 {height}" role="img" '
            f'font-family="inherit" font-size="13">{_legend(lang, used)}{drawn}'
            "</svg></figure>")
