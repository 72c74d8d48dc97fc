#!/usr/bin/env python3
"""Builds alike.tsv, pairs of Chinese characters that are mistaken for each other when they are read or typed by shape.

    pip download --no-deps char-similar==0.0.2
    python build_alike.py char_similar-0.0.2-py2.py3-none-any.whl

One line a character: it, a tab, those that look like it. Of the characters of GB/T 2312 two are alike if they are written
with the same strokes, or with one stroke more, less or other, are built in the same way, and differ in at most so many
corners of their four-corner code as their number of strokes leaves open. The output depends on the package alone.
"""
import json
import pathlib
import sys
import zipfile

HERE = pathlib.Path(__file__).parent
MOST = 6


def common():
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                yield bytes([row, cell]).decode("gb2312")
            except UnicodeDecodeError:
                pass


def near(one, other):
    """Edits between two orders of strokes: 0, 1, or 2 for more."""
    if one == other:
        return 0
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return 2
    head = 0
    while head < len(short) and short[head] == long[head]:
        head += 1
    same = len(short) == len(long)
    return 1 if short[head + same :] == long[head + 1 :] else 2


def main(wheel):
    with zipfile.ZipFile(wheel) as archive:
        read = lambda name: json.loads(archive.read(f"char_similar/data/char_{name}.dict"))
        order, corner, struct = read("order"), read("fourangle"), read("struct")
    characters = [one for one in common() if one in order and one in corner and one in struct]
    alike = {}
    for at, one in enumerate(characters):
        for other in characters[at + 1 :]:
            if struct[one] != struct[other] or abs(len(order[one]) - len(order[other])) > 1:
                continue
            edits = near(order[one], order[other])
            if edits > 1 or edits == 1 and len(order[one]) < 4:
                continue
            corners = sum(a != b for a, b in zip(corner[one][:4], corner[other][:4]))
            if corners <= (1 if edits else 2 if len(order[one]) < 6 else 1):
                alike.setdefault(one, []).append((edits, corners, other))
                alike.setdefault(other, []).append((edits, corners, one))
    lines = []
    for one in sorted(alike):
        lines.append(f"{one}\t{''.join(other for _, _, other in sorted(alike[one])[:MOST])}\n")
    (HERE / "alike.tsv").write_text("".join(lines), "utf-8", newline="\n")
    print(len(lines), "characters")


if __name__ == "__main__":
    main(sys.argv[1])
