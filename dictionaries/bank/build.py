"""Builds bin.tsv from a package of PyPI. See SOURCE.md.

    python -m venv venv && venv/bin/pip install cardbin==1.0.0
    venv/bin/python build.py

The output depends on the package alone: two runs give the same bytes.
"""

import os

from cardbin.bankbin import BANKBIN

HERE = os.path.dirname(os.path.abspath(__file__))


def rows():
    """Prefix, issuing bank, name of the card; the package writes `bank|card`."""
    for prefix, text in sorted(BANKBIN.items()):
        bank, _, card = (part.strip() for part in text.partition("|"))
        if prefix.isdigit() and 5 <= len(prefix) <= 10 and bank:
            yield prefix, bank, " ".join(card.split())


if __name__ == "__main__":
    table = list(rows())
    with open(os.path.join(HERE, "bin.tsv"), "w", encoding="utf-8", newline="\n") as file:
        file.write("prefix\tbank_zh\tcard_zh\n")
        file.writelines("\t".join(row) + "\n" for row in table)
    print("bin.tsv", len(table))
