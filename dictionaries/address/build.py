#!/usr/bin/env python3
"""Builds street.tsv, words of addresses and the ways of writing them that mean the same.

    pip download --no-deps usaddress-scourgify==0.7.1
    python build.py usaddress_scourgify-0.7.1-py3-none-any.whl

One line a word: its kind (street, unit or side), a tab, its shortest form, a tab, its other forms with blanks between.
The output depends on the package alone.
"""
import ast
import pathlib
import sys
import zipfile

HERE = pathlib.Path(__file__).parent
TABLES = {
    "STREET_TYPE_ABBREVIATIONS": "street",
    "OCCUPANCY_TYPE_ABBREVIATIONS": "unit",
    "DIRECTIONAL_REPLACEMENTS": "side",
}


def main(wheel):
    with zipfile.ZipFile(wheel) as archive:
        tree = ast.parse(archive.read("scourgify/address_constants.py").decode("utf-8"))
    forms = {}
    for node in tree.body:
        name = node.targets[0].id if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else None
        if name not in TABLES or not isinstance(node.value, ast.Dict):
            continue
        for form, short in ast.literal_eval(node.value).items():
            form, short = form.lower(), short.lower()
            if form != short and (form + short).isalpha():
                forms.setdefault((TABLES[name], short), set()).add(form)
    lines = [f"{kind}\t{short}\t{' '.join(sorted(forms[kind, short]))}\n" for kind, short in sorted(forms)]
    (HERE / "street.tsv").write_text("".join(lines), "utf-8", newline="\n")
    print(len(lines), "words")


if __name__ == "__main__":
    main(sys.argv[1])
