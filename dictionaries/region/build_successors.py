"""Builds successors.tsv: abolished and renamed regions, the year they ended, and the region of today that took over.

    pip download --no-deps jionlp==1.5.31
    python build_successors.py jionlp-1.5.31-py2.py3-none-any.whl

Reads region.tsv beside it. A successor is taken, in this order: the code itself where it is in force under another
name (a renaming); what MERGED or the dated list of the package says; the one region in force of the same stem (name without its
rank) that came into force within two years, in the same prefecture, else in the same province. Anything less certain
is left out. The output depends on the inputs alone: two runs give the same bytes.
"""

import csv
import pathlib
import re
import sys
import zipfile
from collections import defaultdict

HERE = pathlib.Path(__file__).parent
# Districts that went into another one, written from the published decisions of the State Council (2000 to 2021):
# code, name as a check, successor. Districts that were divided between several are left out.
MERGED = """
110103 崇文区 110101  110104 宣武区 110102  120107 塘沽区 120116  120108 汉沽区 120116  120109 大港区 120116
310103 卢湾区 310101  310108 闸北区 310106  310119 南汇区 310115  230105 太平区 230104  230107 动力区 230110
320103 白下区 320104  320107 下关区 320106  320202 崇安区 320213  320203 南长区 320213  320204 北塘区 320213
320502 沧浪区 320508  320503 平江区 320508  320504 金阊区 320508  320405 戚墅堰区 320412 330103 下城区 330105
330204 江东区 330212  340203 马塘区 340209  340208 三山区 340209  341402 居巢区 340181  350202 鼓浪屿区 350203
350204 开元区 350203  350402 梅列区 350404  370205 四方区 370203  370802 市中区 370811  370284 胶南市 370211
371200 莱芜市 370100  371202 莱城区 370116  371203 钢城区 370117  410306 吉利区 410308  440102 东山区 440104
440107 芳村区 440103  440116 萝岗区 440112
"""
FILLERS = {"市辖区", "市辖县", "市区", "县", "市", "直辖县", "直辖市"}
RANK = re.compile(r"(特别行政区|自治区|自治州|自治县|自治旗|地区|林区|特区|新区|省|市|县|区|旗|盟)$")


def stem(name):
    short = RANK.sub("", name)
    return short if len(short) >= 2 else name


def main(wheel):
    with zipfile.ZipFile(wheel) as archive:
        changes = archive.read("jionlp/dictionary/china_location_change.txt").decode("utf-8")
    with open(HERE / "region.tsv", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["kind"] == ""]
    rows = [row for row in rows if row["name_zh"] not in FILLERS and "直辖" not in row["name_zh"]]
    current = {row["code"]: row["name_zh"] for row in rows if row["to"] == ""}
    begun = {row["code"]: int(row["from"] or 1980) for row in rows if row["to"] == ""}
    names = {}  # code -> all names it ever had
    for row in rows:
        names.setdefault(row["code"], []).append(row["name_zh"])

    def codes_of(path):
        """Codes whose own name is the last of the path and whose parents are named by what stands before it."""
        for code, own in names.items():
            parents = [code[:2] + "0000"] + ([code[:4] + "00"] if code[4:] != "00" else [])
            if path[-1] in own and all(
                name in names.get(parent, []) for name, parent in zip(path[:-1], parents) if parent != code
            ) and len(path) == (1 if code[2:] == "0000" else 2 if code[4:] == "00" or code[2:4] == "90" else 3):
                yield code

    listed = {}
    for line in changes.splitlines():
        if "=>" not in line:
            continue
        old, new = line.split("=>")
        fields = old.split("\t")[2:]
        before = [name for name in fields[::2] if name]
        after = [name for name in new.split("\t") if name]
        targets = [code for code in codes_of(after) if code in current]
        for code in codes_of(before):
            if code not in current and len(targets) == 1:
                listed[code] = targets[0]

    words = MERGED.split()
    for code, name, successor in zip(words[::3], words[1::3], words[2::3]):
        assert name in names[code] and code not in current and successor in current, (code, name, successor)
        listed[code] = successor

    by_stem = defaultdict(list)
    for code, name in current.items():
        by_stem[stem(name)].append(code)
    out = set()
    for row in rows:
        code, name, to = row["code"], row["name_zh"], row["to"]
        if to == "" or (code in current and current[code] == name):
            continue
        successor = code if code in current else listed.get(code)
        if successor is None:
            fitting = [c for c in by_stem[stem(name)] if abs(begun[c] - int(to)) <= 2 or begun[c] == 1980]
            for places in (4, 2):
                near = [c for c in fitting if c[:places] == code[:places]]
                if near:
                    successor = near[0] if len(near) == 1 else None
                    break
        if successor:
            out.add((code, name, to, successor))
    with open(HERE / "successors.tsv", "w", encoding="utf-8", newline="\n") as file:
        file.write("code\tname_zh\tto\tsuccessor\n")
        for row in sorted(out):
            file.write("\t".join(row) + "\n")
    print("successors.tsv", len(out), "from the list", len(listed))


if __name__ == "__main__":
    main(sys.argv[1])
