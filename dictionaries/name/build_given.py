#!/usr/bin/env python3
"""Builds given.txt: given names of many languages, one a line, folded as the engine folds values.

    python3 -m venv env && env/bin/pip install faker==40.54.0 && env/bin/python dictionaries/name/build_given.py

Source: the person providers of PyPI faker (MIT License, Daniele Faraglia and contributors). Which languages there are,
and how many names each has, is its choice. Names of more than one word are left out: of a value only the words are
looked up.
"""

import importlib
import pathlib
import pkgutil
import unicodedata

import faker.providers.person as person

FOLDED = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i"}


def fold(name: str) -> str:
    """Small letters without accents."""
    letters = unicodedata.normalize("NFKD", name.lower())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return "".join(FOLDED.get(letter, letter) for letter in unicodedata.normalize("NFC", plain))


def given_names() -> set[str]:
    names = set()
    for module in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"{person.__name__}.{module.name}").Provider
        for attribute in dir(provider):
            value = getattr(provider, attribute)
            if attribute.startswith("first_name") and isinstance(value, (list, tuple, dict)):
                names.update(name for name in value if isinstance(name, str))
    return names


def main() -> None:
    words = {fold(name) for name in given_names()}
    words = {word for word in words if len(word) > 1 and word.isalpha()}
    target = pathlib.Path(__file__).with_name("given.txt")
    target.write_text("".join(f"{word}\n" for word in sorted(words)), encoding="utf-8")
    print(f"{len(words)} names")


if __name__ == "__main__":
    main()
