"""The report as one self-contained page: no script, no network, prints on
A4. The chart is inline SVG."""

from __future__ import annotations

from decimal import Decimal
from html import escape

from ..report import ExpenseReport, ExpenseRow
from ..words import amount, month_name, say
from .table import MONEY, cell, columns, groups, label, unrated_cells

_COLOURS = {"rent": "#2f6f8f", "call_cost": "#e0a030",
            "forwarded_cost": "#c0504d"}

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 "DejaVu Sans", "Segoe UI", Roboto, sans-serif;
 color: #1d2329; margin: 2.2rem auto; max-width: 68rem; padding: 0 1.2rem; }
h1 { font-size: 1.55rem; margin: 0 0 .2rem; }
p.note { color: #5c6670; margin: .1rem 0 1.2rem; }
p.warn { background: #fff4e0; border-left: 4px solid #e0a030;
 padding: .5rem .8rem; }
table { border-collapse: collapse; width: 100%; font-size: .88rem;
 font-variant-numeric: tabular-nums; }
th { text-align: right; border-bottom: 2px solid #1d2329; padding: .4rem .5rem;
 vertical-align: bottom; }
td { text-align: right; padding: .34rem .5rem; border-bottom: 1px solid #e4e8eb;
 white-space: nowrap; }
th.name, td.name { text-align: left; white-space: normal; }
tr.bucket td { background: #faf6ee; font-style: italic; }
tfoot td { font-weight: 700; border-top: 2px solid #1d2329;
 border-bottom: 0; }
tfoot tr.unrated td { font-weight: 400; font-style: italic; border-top: 0; }
figure { margin: 1.6rem 0; break-inside: avoid; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
svg { width: 100%; height: auto; }
footer { color: #5c6670; font-size: .82rem; margin-top: 1.4rem; }
@media print { body { margin: 0; max-width: none; font-size: 11px; }
 @page { size: A4 landscape; margin: 14mm; } tr { break-inside: avoid; } }
"""


def _cells(row: ExpenseRow, keys: tuple[str, ...], report: ExpenseReport,
           lang: str, first: str | None = None) -> str:
    out = []
    for index, key in enumerate(keys):
        if key in report.by:
            shown = label(row, key, lang) if first is None else (
                first if index == 0 else "")
            out.append(f'<td class="name">{escape(shown)}</td>')
            continue
        value = cell(row, key)
        if isinstance(value, Decimal):
            shown = amount(lang, value, 1 if key == "minutes" else 2)
        else:
            shown = str(value)
        out.append(f"<td>{escape(shown)}</td>")
    return "".join(out)


def _chart(report: ExpenseReport, lang: str, currency: str) -> str:
    rows = [r for r in report.rows if r.currency == currency and r.total > 0]
    if not rows:
        return ""
    top = max(r.total for r in rows)
    left, width, step = 190, 560, 28
    height = step * len(rows) + 40
    out = [f'<svg viewBox="0 0 900 {height}" role="img" '
           'font-family="inherit" font-size="13">']
    x = left
    for key in _COLOURS:
        name = escape(say(lang, key))
        out.append(f'<rect x="{x}" y="4" width="12" height="12" '
                   f'fill="{_COLOURS[key]}"/>'
                   f'<text x="{x + 18}" y="15">{name}</text>')
        x += 150
    for line, row in enumerate(rows):
        y = 34 + line * step
        name = ", ".join(label(row, k, lang) for k in report.by)
        if len(name) > 26:
            name = name[:25] + "…"
        out.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">'
                   f'{escape(name)}</text>')
        x = Decimal(left)
        for key, colour in _COLOURS.items():
            part = Decimal(str(cell(row, key)))
            if part > 0:
                bar = part / top * width
                out.append(f'<rect x="{x:.1f}" y="{y}" width="{bar:.1f}" '
                           f'height="18" fill="{colour}"/>')
                x += bar
        out.append(f'<text x="{x + 6:.1f}" y="{y + 14}">'
                   f'{escape(amount(lang, row.total))}</text>')
    out.append("</svg>")
    title = say(lang, "share", by=groups(report, lang))
    return (f"<figure><figcaption>{escape(title)}, "
            f"{escape(currency)}</figcaption>{''.join(out)}</figure>")


def render(report: ExpenseReport, lang: str) -> bytes:
    keys = columns(report)
    title = say(lang, "expenses", by=groups(report, lang),
                month=month_name(lang, report.month))
    only = report.totals[0].currency if len(report.totals) == 1 else ""
    head = "".join(
        f'<th{" class=name" if k in report.by else ""}>{escape(say(lang, k))}'
        + (f",&nbsp;{escape(only)}" if k in MONEY and only else "") + "</th>"
        for k in keys)
    body = "".join(
        f'<tr{" class=bucket" if r.unallocated else ""}>'
        f"{_cells(r, keys, report, lang)}</tr>\n" for r in report.rows)
    foot = "".join(
        "<tr>" + _cells(t, keys, report, lang, say(lang, "grand_total")
                        + ("" if only else f" {t.currency}")) + "</tr>\n"
        for t in report.totals)
    without_price = unrated_cells(report, keys, lang)
    if without_price:
        foot += "<tr class=unrated>" + "".join(
            f'<td{" class=name" if k in report.by else ""}>{escape(c)}</td>'
            for k, c in zip(keys, without_price)) + "</tr>\n"
    unrated = sum(t.unrated for t in report.totals)
    warning = (f'<p class="warn">'
               f'{escape(say(lang, "unrated_note", count=unrated))}</p>'
               if unrated else "")
    charts = "".join(_chart(report, lang, t.currency) for t in report.totals)
    table = (f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody>"
             f"<tfoot>{foot}</tfoot></table>" if report.rows
             else f"<p>{escape(say(lang, 'no_calls'))}</p>")
    return f"""<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><h1>{escape(title)}</h1>
<p class="note">{escape(say(lang, "zone_note", zone=report.zone))}</p>
{warning}{table}
{charts}
<footer>{escape(say(lang, "generated"))}</footer></body></html>
""".encode()
