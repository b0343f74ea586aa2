"""Do the departments add up to the total, and the total to the ledger?

Adds the rows of each JSON report by exact decimals, independently of the
library, and asks the ledger for its own sum. Exits 1 when any two differ.
"""

import json
import sys
from decimal import Decimal
from pathlib import Path

from trunkwise import Store

WORDS = {
    "en": {"row": "{by:<12} {count:>4} rows add up to {cost:>10} RUB, "
                  "total {total:>12}",
           "ledger": "the ledger's own sum {cost:>20} RUB",
           "good": "all equal", "bad": "NOT EQUAL"},
    "ru": {"row": "{by:<12} {count:>4} строк, сумма {cost:>12} руб., "
                  "итог {total:>12}",
           "ledger": "сумма по учётным проводкам {cost:>14} руб.",
           "good": "всё сходится", "bad": "НЕ СХОДИТСЯ"},
}


def main(store: str, month: str, out: str, lang: str) -> int:
    words = WORDS[lang]
    sums: set[Decimal] = set()
    for by in ("department", "city", "carrier", "number", "destination"):
        report = json.loads(Path(out, f"by-{by}.json").read_text())
        rows = [row for row in report["rows"] if row["currency"] == "RUB"]
        cost = sum((Decimal(row["cost"]) for row in rows), Decimal(0))
        [total] = [Decimal(t["cost"]) for t in report["totals"]]
        print(words["row"].format(by=by, count=len(rows), cost=cost,
                                  total=total))
        sums |= {cost, total}
    with Store(store, readonly=True) as opened:
        ledger = Decimal(opened.month_total(month, "RUB").amount)
    print(words["ledger"].format(cost=ledger.quantize(Decimal("0.01"))))
    sums.add(ledger)
    print(words["good"] if len(sums) == 1 else words["bad"])
    return len(sums) != 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
