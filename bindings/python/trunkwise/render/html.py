"""The report as one self-contained page: no script, no network, prints on
A4. Every text that comes from outside is escaped."""

from __future__ import annotations

from decimal import Decimal
from html import escape

from ..report import ExpenseReport
from ..words import amount
from .chart import chart
from .style import Style
from .table import Line, Table, decimals, signed, table

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 "DejaVu Sans", "Segoe UI", Roboto, sans-serif;
 color: #1d2329; margin: 2.2rem auto; max-width: 84rem; padding: 0 1.2rem; }
h1 { font-size: 1.55rem; margin: 0 0 .2rem; }
p.company { font-weight: 600; margin: 0 0 .6rem; }
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
table.wide { font-size: .78rem; }
table.wide th, table.wide td { padding-left: .3rem; padding-right: .3rem; }
table.widest { font-size: .68rem; }
table.widest th, table.widest td { padding-left: .2rem; padding-right: .2rem; }
td.sum, th.sum { border-left: 1px solid #c9d0d5; }
tr.period td { border-top: 1px solid #1d2329; }
tr.bucket td { background: #faf6ee; font-style: italic; }
tr.subtotal td { font-weight: 600; }
tfoot tr.total td { font-weight: 700; border-top: 2px solid #1d2329;
 border-bottom: 0; }
tfoot tr.unrated td { font-style: italic; border-bottom: 0; }
tfoot td.name { white-space: nowrap; }
figure { margin: 1.6rem 0; break-inside: avoid; }
figcaption { font-weight: 600; margin-bottom: .5rem; }
svg { width: 100%; height: auto; }
footer { color: #5c6670; font-size: .82rem; margin-top: 1.4rem; }
@media print { body { margin: 0; max-width: none; font-size: 11px; }
 table.widest { font-size: 8.5px; }
 thead { display: table-header-group; }
 @page { size: A4 landscape; margin: 14mm; } tr { break-inside: avoid; } }
"""


def _shown(value: str | int | Decimal | None, key: str, lang: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, (str, int)):
        return str(value)
    shown = amount(lang, value, decimals(key))
    return "+" + shown if signed(key) and value > 0 else shown


def _class(key: str, made: Table) -> str:
    if key in made.names:
        return " class=name"
    return " class=sum" if key == "cost" else ""


def _line(line: Line, made: Table, lang: str, fresh: bool) -> str:
    cells = []
    for i, (value, key) in enumerate(zip(line.cells, made.keys)):
        if key == "period" and not fresh and line.kind == "row":
            value = ""
        shown = _shown(value, key, lang)
        cells.append(f"<td{_class(key, made)}>{escape(shown)}</td>")
    classes = [line.kind] if line.kind != "row" else []
    if line.unallocated:
        classes.append("bucket")
    if fresh and made.names[0] == "period":
        classes.append("period")
    said = f' class="{" ".join(classes)}"' if classes else ""
    return f"<tr{said}>{''.join(cells)}</tr>\n"


def _table(made: Table, lang: str) -> str:
    """A period is named at its first row only."""
    body = foot = ""
    before: object = None
    for line in made.lines:
        if line.kind in ("total", "unrated"):
            foot += _line(line, made, lang, False)
            continue
        fresh = line.kind == "row" and line.cells[0] != before
        before = line.cells[0] if line.kind == "row" else None
        body += _line(line, made, lang, fresh)
    head = "".join(f"<th{_class(k, made)}>{escape(h)}</th>"
                   for k, h in zip(made.keys, made.heads))
    columns = len(made.keys)
    wide = (" class=widest" if 14 < columns and not made.is_grid
            else " class=wide" if 13 < columns else "")
    return (f"<table{wide}><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody>"
            f"<tfoot>{foot}</tfoot></table>")


def page(made: Table, style: Style, charts: str = "") -> bytes:
    """Any table; ``charts`` are HTML already."""
    lang = style.lang
    made = made.with_currency(lang)
    said = list(made.notes)
    company = (f'<p class="company">{escape(said.pop(0))}</p>\n'
               if made.company else "")
    warning = (f'<p class="warn">{escape(made.warning)}</p>'
               if made.warning else "")
    shown = (_table(made, lang) if made.lines
             else f"<p>{escape(made.empty)}</p>")
    return f"""<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(made.title)}</title><style>{_STYLE}</style></head>
<body>{company}<h1>{escape(made.title)}</h1>
<p class="note">{escape(". ".join(said))}</p>
{warning}{shown}
{charts}
<footer>{escape(made.footer)}</footer></body></html>
""".encode()


def render(report: ExpenseReport, style: Style) -> bytes:
    lang = style.lang
    return page(table(report, lang), style, "".join(
        chart(report, lang, t.currency) for t in report.totals))
