"""Compares `guiyi id check` with python-stdnum and phonenumbers on generated values; an unlisted difference fails.

    python3 -m venv target/differential && target/differential/bin/pip install -r tests/differential/requirements.txt
    target/differential/bin/python tests/differential/compare.py

Values are generated from a seed, by the standards and not by either side: about half are valid, the others one to three
slips away. Every difference must be listed, with its reason, in known_differences.toml; a listed one that no longer
occurs fails too. Exit codes: 0 all differences are listed, 1 not, 2 error.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import time
import tomllib
from collections import Counter
from multiprocessing import Pool

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

try:
    import phonenumbers
    from phonenumbers import PhoneNumberType
    from stdnum import ean, lei, luhn
    from stdnum.cn import ric, uscc
    from stdnum.exceptions import ValidationError
    from stdnum.iso7064 import mod_11_2, mod_11_10, mod_97_10
except ImportError as error:
    sys.exit(f"error: {error}\nhint: pip install -r tests/differential/requirements.txt")

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"


# Generators: each takes a random source and gives one value.

def digits(rng, count):
    return "".join(rng.choices(DIGITS, k=count))


def slip(rng, value, alphabet):
    """One to three slips: another character, two neighbors swapped, one lost, one doubled."""
    chars = list(value)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if len(chars) < 3:
            break
        at = rng.randrange(len(chars) - 1)
        kind = rng.randrange(8)
        if kind < 4:
            chars[at] = rng.choice(alphabet)
        elif kind < 6:
            chars[at], chars[at + 1] = chars[at + 1], chars[at]
        elif kind == 6:
            del chars[at]
        else:
            chars.insert(at, chars[at])
    return "".join(chars)


def org_code(rng):
    body = "".join(rng.choices(DIGITS + "ABCDEFGHJKLMNPQRTUWXY", k=8)) if rng.random() < 0.3 else digits(rng, 8)
    total = sum(int(c, 36) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2)))
    return body + {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def is_org_code(value):
    """GB 11714-1997, written from the standard: neither library has it."""
    value = value.replace("-", "")
    if not re.fullmatch(r"[0-9A-Z]{8}[0-9X]", value):
        return False
    total = sum(int(c, 36) * w for c, w in zip(value, (3, 7, 9, 10, 5, 8, 4, 2)))
    return value[8] == {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


PAIRS = [d + t for d, ts in {"1": "1239", "2": "19", "3": "123459", "4": "19", "5": "1239", "6": "129", "7": "129",
                             "8": "19", "9": "123", "A": "19", "N": "1239", "Y": "1"}.items() for t in ts]


def credit_code(rng):
    head = rng.choice(PAIRS) if rng.random() < 0.9 else rng.choice(ALPHABET) + rng.choice(ALPHABET)
    org = org_code(rng) if rng.random() < 0.9 else "".join(rng.choices(ALPHABET, k=9))
    body = head + rng.choice(REGIONS) + org
    total = sum(ALPHABET.index(c) * pow(3, at, 31) for at, c in enumerate(body))
    return body + ALPHABET[(31 - total % 31) % 31]


def region_table():
    with open(os.path.join(ROOT, "dictionaries", "region", "region.tsv"), encoding="utf-8") as file:
        return sorted({line.split("\t")[0] for line in file.read().splitlines()[1:]})


REGIONS = region_table()


def resident_body(rng, region):
    year = rng.randrange(1880, 2026)
    return f"{region}{year}{rng.randrange(0, 14):02}{rng.randrange(0, 33):02}{digits(rng, 3)}"


def resident_id(rng):
    region = rng.choice(REGIONS) if rng.random() < 0.9 else digits(rng, 6)
    body = resident_body(rng, region)
    return body + mod_11_2.calc_check_digit(body)


def with_check(length, module):
    def generate(rng):
        body = digits(rng, (length if isinstance(length, int) else rng.choice(length)) - 1)
        return body + module.calc_check_digit(body)
    return generate


def lei_code(rng):
    body = "".join(rng.choices(DIGITS + LETTERS, k=18))
    return body + mod_97_10.calc_check_digits(body)


def mobile(rng):
    return "1" + digits(rng, 10) if rng.random() < 0.95 else "1" + digits(rng, 12)


def area_codes():
    with open(os.path.join(ROOT, "dictionaries", "region", "area_code.tsv"), encoding="utf-8") as file:
        return [line.split("\t")[:2] for line in file.read().splitlines()[1:]]


AREAS = area_codes()


def landline(rng):
    area, lengths = rng.choice(AREAS) if rng.random() < 0.95 else ("0" + digits(rng, 3), "7/8")
    length = int(rng.choice((lengths or "7/8").split("/"))) if rng.random() < 0.9 else rng.randrange(6, 10)
    return f"{area}-{digits(rng, length)}"


KINDS_OF_PHONE = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE,
                  PhoneNumberType.SHARED_COST, PhoneNumberType.VOIP, PhoneNumberType.UAN)


def phone_examples():
    found = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS - {"CN"}):
        for kind in KINDS_OF_PHONE:
            example = phonenumbers.example_number_for_type(region, kind)
            if example is not None:
                found.append(phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164))
    return found


EXAMPLES = phone_examples()


def foreign_phone(rng):
    """An example number of some country whose last figures are others; at times with its separators."""
    number = rng.choice(EXAMPLES)
    kept = rng.randrange(max(4, len(number) - 7), len(number))
    return number[:kept] + digits(rng, len(number) - kept)


# Oracles: each takes a value and gives (accepted, why not or "", canonical or None).

def stdnum_of(module):
    def judge(value):
        try:
            return True, "", module.validate(value)
        except ValidationError as error:
            return False, type(error).__name__, None
        except Exception as error:  # python-stdnum raises KeyError on counties that it does not know
            return False, type(error).__name__, None
    return judge


def phone_of(types):
    def judge(value):
        try:
            number = phonenumbers.parse(value, "CN")
        except phonenumbers.NumberParseException:
            return False, "unreadable", None
        if types is None:
            good = number.country_code != 86 and phonenumbers.is_valid_number(number) and not number.extension
        else:
            good = number.country_code == 86 and phonenumbers.number_type(number) in types
        if not good:
            return False, "invalid", None
        return True, "", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return judge


def same(canonical):
    return canonical


def e164_of_mainland(canonical):
    return "+86" + canonical.replace("-", "").removeprefix("0")


class Comparison:
    """One identifier: what is generated, what is asked of Guiyi and of the other side."""

    def __init__(self, kind, generate, alphabet, oracle, canonical=None, fits=None):
        self.kind, self.generate, self.alphabet, self.oracle = kind, generate, alphabet, oracle
        self.canonical = canonical  # from Guiyi's canonical form to the other side's
        self.fits = fits  # a reading of Guiyi's columns other than the verdict


def check_fits(verdict, notes):
    """Whether the check digit alone fits: parts inside may be wrong."""
    return verdict == "valid" or notes.startswith("component")


def no_doubt(verdict, notes):
    return verdict == "valid" and "does not fit" not in notes


COMPARISONS = {
    "uscc": Comparison("credit-code", credit_code, ALPHABET + "IOSVZ", stdnum_of(uscc), same),
    "org": Comparison("org-code", org_code, DIGITS + LETTERS, lambda v: (is_org_code(v), "", None)),
    "ric": Comparison("resident-id", resident_id, DIGITS + "X", stdnum_of(ric), same),
    "mod_11_2": Comparison("resident-id", resident_id, DIGITS, lambda v: (len(v) == 18 and mod_11_2.is_valid(v), "", None),
                           fits=check_fits),
    "mod_11_10": Comparison("registration-number", with_check(15, mod_11_10), DIGITS, stdnum_of(mod_11_10)),
    "cnaps": Comparison("cnaps", with_check(12, mod_11_10), DIGITS, stdnum_of(mod_11_10), fits=no_doubt),
    "ean": Comparison("gtin", with_check((8, 12, 13, 14), ean), DIGITS, stdnum_of(ean), same),
    "luhn": Comparison("bank-card", with_check(range(13, 20), luhn), DIGITS, stdnum_of(luhn), same),
    "lei": Comparison("lei", lei_code, DIGITS + LETTERS, stdnum_of(lei), same),
    "mobile": Comparison("mobile", mobile, DIGITS, phone_of({PhoneNumberType.MOBILE}), e164_of_mainland),
    "landline": Comparison("landline", landline, DIGITS, phone_of({PhoneNumberType.FIXED_LINE}), e164_of_mainland),
    "foreign": Comparison("foreign-phone", foreign_phone, DIGITS, phone_of(None), same),
}


def differences(name, seed, count, guiyi):
    """Every difference: (side, why the other side refused, value, Guiyi's notes)."""
    comparison, rng = COMPARISONS[name], random.Random(f"{seed} {name}")
    values = set()
    while len(values) < count:
        value = comparison.generate(rng)
        values.add(value if rng.random() < 0.5 else slip(rng, value, comparison.alphabet))
    values = sorted(values)
    ran = subprocess.run([guiyi, "id", "check", "--kind", comparison.kind, "-"], input="\n".join(values) + "\n",
                         capture_output=True, text=True, encoding="utf-8")
    if ran.returncode not in (0, 1):
        raise RuntimeError(f"{guiyi} failed: {ran.stderr}")
    lines = ran.stdout.splitlines()
    if len(lines) != len(values):
        raise RuntimeError(f"{name}: {len(values)} values, {len(lines)} verdicts")
    found, accepted = [], 0
    for value, line in zip(values, lines):
        verdict, _, _, canonical, notes = line.split("\t")
        ours = (comparison.fits or (lambda verdict, notes: verdict == "valid"))(verdict, notes)
        theirs, why, their_canonical = comparison.oracle(value)
        accepted += ours
        if ours != theirs:
            found.append(("guiyi accepts" if ours else "guiyi refuses", why, value, notes))
        elif ours and comparison.canonical and comparison.canonical(canonical) != their_canonical:
            found.append(("canonical", f"{canonical} / {their_canonical}", value, notes))
    return name, len(values), accepted, found


def is_listed(entry, side, why, value, notes):
    return (entry["side"] == side
            and re.search(entry.get("other", ""), why) is not None
            and re.search(entry.get("value", ""), value) is not None
            and re.search(entry.get("notes", ""), notes) is not None)


def judge(name, found, known):
    """Counts of the listed differences, and the unlisted ones."""
    entries = [(at, entry) for at, entry in enumerate(known) if entry["identifier"] == name]
    counts, unlisted = Counter(), []
    for difference in found:
        listed = [at for at, entry in entries if is_listed(entry, *difference)]
        if listed:
            counts[listed[0]] += 1
        else:
            unlisted.append(difference)
    return counts, unlisted


def task(arguments):
    return differences(*arguments)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="identifiers to compare; default all")
    parser.add_argument("--guiyi", default=os.path.join(ROOT, "target", "release", "guiyi"))
    parser.add_argument("--count", type=int, default=200_000, help="values for each identifier")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not os.path.exists(options.guiyi):
        sys.exit(f"error: no {options.guiyi}\nhint: cargo build --release")
    with open(os.path.join(HERE, "known_differences.toml"), "rb") as file:
        known = tomllib.load(file)["difference"]
    names = options.names or list(reversed(COMPARISONS))  # the slow ones first
    failed, started, total = False, time.monotonic(), 0
    seen = Counter()
    with Pool(os.cpu_count()) as pool:
        tasks = [(name, options.seed, options.count, options.guiyi) for name in names]
        for name, n_values, n_accepted, found in pool.imap(task, tasks):
            total += n_values
            counts, unlisted = judge(name, found, known)
            seen.update(counts)
            print(f"{name:10} {n_values} values, {n_accepted} accepted, "
                  f"{sum(counts.values())} known differences, {len(unlisted)} unlisted", flush=True)
            for at, count in sorted(counts.items()):
                print(f"    {count:7} {known[at]['side']}: {known[at]['reason']}")
            for difference in unlisted[:12]:
                print("    UNLISTED", *map(repr, difference))
            failed |= bool(unlisted)
    for at, entry in enumerate(known):
        if entry["identifier"] in names and not seen[at] and options.count >= 200_000:
            print(f"STALE: listed but not seen: {entry['identifier']}, {entry['side']}: {entry['reason']}")
            failed = True
    print(f"{total} values compared in {time.monotonic() - started:.0f} s: {'FAILED' if failed else 'no unlisted difference'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
