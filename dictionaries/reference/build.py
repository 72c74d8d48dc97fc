"""Builds currency.tsv, country.tsv and country-alpha3.tsv from packages of public registries. See SOURCE.md.

    python -m venv venv && venv/bin/pip install iso4217==1.16.20260101 babel==2.18.0
    npm install i18n-iso-countries@7.14.0
    venv/bin/python build.py node_modules

The output depends on the packages alone: two runs give the same bytes.
"""

import csv
import datetime
import json
import os
import sys

import iso4217
from babel import Locale
from babel.core import get_global

HERE = os.path.dirname(os.path.abspath(__file__))


def write(name, header, rows):
    with open(os.path.join(HERE, name), "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        writer.writerow(header)
        writer.writerows(rows)


def day(parts):
    return "-".join(f"{part:02}" for part in parts[:3]) if parts else ""


def currencies():
    """Code, names and the days of use: the union of its days as legal tender anywhere; open for those of ISO 4217."""
    active = {}
    for entry in iso4217.raw_xml.iter("CcyNtry"):
        if entry.find("Ccy") is not None:
            active[entry.find("Ccy").text.strip()] = entry.find("CcyNm").text.strip()
    before_list = (iso4217.__published__ - datetime.timedelta(days=1)).isoformat()
    spans = {}
    for rows in get_global("territory_currencies").values():
        for code, start, end, tender in rows:
            if tender:
                spans.setdefault(code, []).append((start, end))
    chinese, english = Locale("zh").currencies, Locale("en").currencies
    for code in sorted(set(active) | set(spans)):
        starts = [start for start, _ in spans.get(code, [])]
        ends = [end for _, end in spans.get(code, [])]
        first = day(min(starts)) if starts and all(starts) else ""
        if code in active:
            last = ""
        else:  # what the list no longer has has ended before it, at the latest
            last = day(max(ends)) if all(ends) else before_list
        name = english.get(code) or active[code]
        yield code, name, chinese.get(code, name), first, last


def main():
    countries = os.path.join(sys.argv[1], "i18n-iso-countries")
    with open(os.path.join(countries, "codes.json"), encoding="utf-8") as file:
        codes = json.load(file)
    names = {}
    for language in ("en", "zh"):
        with open(os.path.join(countries, "langs", language + ".json"), encoding="utf-8") as file:
            names[language] = json.load(file)["countries"]

    def name(language, alpha2):
        found = names[language].get(alpha2, "")
        return found[0] if isinstance(found, list) else found

    for file, column in (("country.tsv", 0), ("country-alpha3.tsv", 1)):
        rows = sorted((entry[column], name("en", entry[0]), name("zh", entry[0])) for entry in codes)
        write(file, ["code", "name_en", "name_zh"], rows)
    write("currency.tsv", ["code", "name_en", "name_zh", "from", "to"], list(currencies()))


main()
