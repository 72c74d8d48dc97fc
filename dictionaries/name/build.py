#!/usr/bin/env python3
"""Builds nickname.tsv, given names and the short or familiar forms that their bearers go by.

    pip download --no-deps nicknames==1.0.1
    python build.py nicknames-1.0.1-py3-none-any.whl

One line a name: the formal name, a tab, its other forms with blanks between.  The output depends on the package alone.
"""
import csv
import io
import pathlib
import sys
import zipfile

HERE = pathlib.Path(__file__).parent


def main(wheel):
    with zipfile.ZipFile(wheel) as archive:
        text = archive.read("nicknames/names.csv").decode("utf-8")
    forms = {}
    for row in csv.DictReader(io.StringIO(text)):
        name, form = row["name1"].strip().lower(), row["name2"].strip().lower()
        if row["relationship"] == "has_nickname" and name != form and " " not in name + form:
            forms.setdefault(name, set()).add(form)
    lines = [f"{name}\t{' '.join(sorted(forms[name]))}\n" for name in sorted(forms)]
    (HERE / "nickname.tsv").write_text("".join(lines), "utf-8", newline="\n")
    print(len(lines), "names")


if __name__ == "__main__":
    main(sys.argv[1])
