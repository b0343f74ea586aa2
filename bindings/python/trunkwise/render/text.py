"""The report on a terminal. Where the terminal is too narrow, headings are
broken into lines first; then the figures go below each other in blocks, each
with the names beside them, so that no line is folded and no name is cut."""

from __future__ import annotations

from decimal import Decimal
from typing import Iterator

from ..report import ExpenseReport
from ..words import amount, plain
from .style import Style
from .table import Table, decimals, signed, table

_GAP = "  "


def _shown(value: str | int | Decimal | None, key: str, lang: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, int):
        return str(value)
    shown = amount(lang, value, decimals(key))
    return "+" + shown if signed(key) and value > 0 else shown


class _Grid:
    """Cells as text, and what fits beside what."""

    def __init__(self, made: Table, lang: str):
        self.names = len(made.names)
        self.keys = made.keys
        self.head = made.heads
        self.lines = made.lines
        self.cells = [[_shown(v, k, lang)
                       for v, k in zip(line.cells, made.keys)]
                      for line in made.lines]

    def heading(self, column: int, broken: bool) -> list[str]:
        """A heading's lines: one, or one for each word."""
        return self.head[column].split(" ") if broken else [
            self.head[column]]

    def width(self, column: int, broken: bool) -> int:
        texts = [c[column] for c in self.cells] + self.heading(column,
                                                               broken)
        return max(map(len, texts))

    def wide(self, columns: list[int], broken: bool) -> int:
        return sum(self.width(c, broken) + len(_GAP)
                   for c in columns) - len(_GAP)

    def blocks(self, width: int) -> tuple[list[list[int]], bool]:
        """Columns that stand beside each other, and whether their headings
        are broken."""
        every = list(range(len(self.keys)))
        for broken in (False, True):
            if not width or self.wide(every, broken) <= width:
                return [every], broken
        return list(self._cut(width)), True

    def _cut(self, width: int) -> Iterator[list[int]]:
        """Counts, money and what they are compared with stay together as
        far as the width allows."""
        names = every = list(range(self.names))
        starts = ("rent", "previous", "budget")
        for column in range(self.names, len(self.keys)):
            longer = every + [column]
            full = self.wide(longer, True) > width
            if every != names and (full or self.keys[column] in starts):
                yield every
                longer = names + [column]
            every = longer
        yield every

    def put(self, cells: list[str], columns: list[int], broken: bool) -> str:
        return _GAP.join(
            cells[c].ljust(self.width(c, broken)) if c < self.names
            else cells[c].rjust(self.width(c, broken))
            for c in columns).rstrip()

    def block(self, columns: list[int], broken: bool) -> Iterator[str]:
        rule = "-" * self.wide(columns, broken)
        heads = [self.heading(c, broken) for c in range(len(self.keys))]
        height = max(len(heads[c]) for c in columns)
        for i in range(height):
            yield self.put([h[i - height + len(h)]
                            if i >= height - len(h) else "" for h in heads],
                           columns, broken)
        yield rule
        before = "row"
        for line, cells in zip(self.lines, self.cells):
            if line.kind == "total" != before:
                yield rule
            elif line.kind == "row" and before == "subtotal":
                yield ""
            before = line.kind
            if any(cells[c] for c in columns[self.names:]):
                yield self.put(cells, columns, broken)


def _without_repeats(made: Table) -> Table:
    """A period is named once, at its first row."""
    if made.names[0] != "period":
        return made
    lines, before = [], None
    for line in made.lines:
        same = line.kind == "row" and line.cells[0] == before
        before = line.cells[0] if line.kind == "row" else None
        lines.append(line._replace(cells=("",) + line.cells[1:])
                     if same else line)
    return made._replace(lines=tuple(lines))


def page(made: Table, style: Style) -> bytes:
    """Any table, with a rule above the grand total."""
    lang = style.lang
    made = _without_repeats(made).with_currency(lang)
    said = [plain(made.title), ". ".join(map(plain, made.notes)), ""]
    if made.lines:
        grid = _Grid(made, lang)
        blocks, broken = grid.blocks(style.width)
        for columns in blocks:
            said += [*grid.block(columns, broken), ""]
        said.pop()
    else:
        said.append(made.empty)
    if made.warning:
        said += ["", made.warning]
    return ("\n".join(said) + "\n").encode()


def render(report: ExpenseReport, style: Style) -> bytes:
    return page(table(report, style.lang), style)
