"""CSV files of samples: their header, their numbers and their classes, each line checked."""

from __future__ import annotations

import csv
import gzip
import math
import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TextIO, cast

from autograd.labels import visible

LARGEST = {"rows": 1_000_000, "columns": 10_000, "cells": 20_000_000, "classes": 1_000, "characters": 1_000_000}
_NO_SAMPLES = "got a header and no samples; accepted: at least one line below the header"
SEPARATORS = {",": "','", ";": "';'", "\t": "tab"}

_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")


@dataclass(frozen=True, slots=True)
class Samples:
    """What a file holds.

    features  name of each column of numbers
    inputs    the numbers of each sample
    labels    class name of each sample
    classes   class names in their order: numbers by their size, then the others by their letters
    """

    features: tuple[str, ...]
    inputs: list[list[float]]
    labels: list[str]
    classes: tuple[str, ...]


def read_samples(path: Path, label: str) -> Samples:
    """Return the samples of a CSV file whose column `label` (the last one if it is empty) holds the classes.

    Raises what `nn.read_csv` raises.
    """
    shown = visible(str(path))
    with _words_for_other_files(shown), _open(path) as file:
        separator, records = _records(shown, _Lines(shown, file))
        numbers = _Numbers(separator)
        header = _header(shown, records, numbers, 2)
        position = _position(shown, header, label) if label else len(header) - 1
        inputs, names, classes = _samples(shown, header, position, records, numbers)
    return Samples(tuple(name for i, name in enumerate(header) if i != position), inputs, names, classes)


def read_numbers(path: Path, columns: Sequence[str] = ()) -> tuple[list[str], list[list[float]]]:
    """Return the names of the `columns` of a CSV file (of all of them if none are named) and a row of their numbers.

    Other columns may hold anything. Raises what `nn.read_csv` raises, and ValueError for a column that is not there.
    """
    shown = visible(str(path))
    with _words_for_other_files(shown), _open(path) as file:
        separator, records = _records(shown, _Lines(shown, file))
        numbers = _Numbers(separator)
        header = _header(shown, records, numbers, 1)
        positions = [_position(shown, header, name) for name in columns or header]
        rows: list[list[float]] = []
        for place, record in records:
            _check_size(place, record, header, len(rows))
            rows.append(_row(place, [record[i] for i in positions], [header[i] for i in positions], numbers))
    if not rows:
        raise ValueError(f"{shown}: {_NO_SAMPLES}")
    return [header[i] for i in positions], rows


@contextmanager
def _words_for_other_files(path: str) -> Iterator[None]:
    try:
        yield
    except (UnicodeDecodeError, csv.Error, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ValueError(f"{path}: {error}; accepted: a CSV file in UTF-8") from None


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return cast(TextIO, gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


class _Lines:
    """The lines of a file, as long as `room` lasts: a small file may unpack to a line larger than the memory."""

    def __init__(self, path: str, file: TextIO) -> None:
        self.path, self.file = path, file
        self.number, self.room = 0, LARGEST["characters"]

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        self.number += 1
        line = self.file.readline(self.room + 1)
        self.room -= len(line)
        if self.room < 0:
            raise ValueError(f"{self.path}, line {self.number}: a sample of over {LARGEST['characters']:,} characters")
        if self.number > LARGEST["rows"] + 1:
            raise ValueError(f"{self.path}: too many lines; accepted: up to {LARGEST['rows']:,} below the header")
        if not line:
            raise StopIteration
        return unicodedata.normalize("NFC", line)  # é is one sign or two, which look alike: one class, one name


def _records(path: str, lines: _Lines) -> tuple[str, Iterator[tuple[str, list[str]]]]:
    """Return what separates the columns, and each record that is not empty, with its place in words."""
    first = next((line for line in lines if line.strip("\r\n")), "")
    separator = _separator(f"{path}, line {lines.number}", first)

    def records() -> Iterator[tuple[str, list[str]]]:
        for record in csv.reader(chain([first], lines), delimiter=separator, strict=True):
            lines.room = LARGEST["characters"]
            if record:
                yield f"{path}, line {lines.number}", record

    return separator, records()


def _separator(place: str, header: str) -> str:
    """Return what separates the names of a header; ValueError where that is not certain."""
    found = [sign for sign in SEPARATORS if _columns(header, sign) > 1]
    if len(found) > 1:
        raise ValueError(
            f"{place}: got a header that {' or '.join(SEPARATORS[sign] for sign in found)} may separate; accepted: one "
            "of them, and names that have another one in them in quotes"
        )
    return found[0] if found else ","


def _columns(header: str, separator: str) -> int:
    try:
        return len(next(csv.reader([header], delimiter=separator, strict=True)))
    except csv.Error:  # a quoted name is followed by something else, or goes on in the next line
        return 0


class _Numbers:
    """Texts as numbers; a comma may be the decimal mark where it does not separate the columns.

    mark  the decimal mark of the file, "." or ",", or "" until a number has shown it
    """

    def __init__(self, separator: str) -> None:
        self.mark = "." if separator == "," else ""
        self.separator = separator

    def read(self, text: str) -> float:
        """Return the number that `text` is; nan for any other text."""
        if not self.mark and ("." in text or "," in text):
            if self.separator == "\t" and _THOUSANDS.fullmatch(text.strip()):  # 1,234 may be either
                return math.nan
            self.mark = "," if "," in text else "."
        if self.mark == ",":
            if "." in text:
                return math.nan
            text = text.replace(",", ".")
        try:
            return math.nan if "_" in text else float(text)  # 1_000 is a number in Python alone
        except ValueError:
            return math.nan

    def exact(self, text: str) -> Decimal | None:
        """Return the finite number that the name of a class is, to all its digits; None for any other name."""
        if "_" in text:
            return None
        try:
            number = Decimal(text if self.mark == "." else text.replace(",", "."))
        except ArithmeticError:
            return None
        return number if number.is_finite() else None

    @property
    def accepted(self) -> str:
        """What `read` takes, in words."""
        if self.separator == ",":
            return "a finite number"
        marks = {"": "a decimal point or comma", ".": "a decimal point", ",": "a decimal comma"}
        return f"a finite number with {marks[self.mark]}{', as those above' * bool(self.mark)}"


def _header(path: str, records: Iterator[tuple[str, list[str]]], numbers: _Numbers, fewest: int) -> list[str]:
    place, record = next(records, (f"{path}, line 1", []))
    header = [name.strip() for name in record]
    if len(header) < fewest:
        other = next((sign for sign in "|:" if header and sign in record[0]), "")
        apart = f", separated by {', '.join(SEPARATORS.values())} and not by {other!r}" if other else ""
        accepted = "one or more features and a label" if fewest == 2 else "one or more"
        raise ValueError(f"{place}: got {len(header)} columns; accepted: {accepted}{apart}")
    if len(header) > LARGEST["columns"]:
        raise ValueError(f"{place}: {len(header):,} columns; accepted: up to {LARGEST['columns']:,}")
    if all(numbers.exact(name) is not None for name in header[: max(1, len(header) - 1)]):
        raise ValueError(f"{place}: got numbers; accepted: a header with the names of the columns")
    seen: set[str] = set()
    for i, name in enumerate(header):
        if not name or name in seen:
            what = f"the name {name[:40]!r} a second time" if name else "no name"
            raise ValueError(f"{place}, column {i + 1}: {what}; accepted: a different name for each column")
        seen.add(name)
    return header


def _position(path: str, header: list[str], label: str) -> int:
    label = unicodedata.normalize("NFC", label)
    if label not in header:
        raise ValueError(f"{path}: no column {label!r}; it has {', '.join(repr(name[:40]) for name in header[:50])}")
    return header.index(label)


def _samples(
    path: str, header: list[str], position: int, records: Iterator[tuple[str, list[str]]], numbers: _Numbers
) -> tuple[list[list[float]], list[str], tuple[str, ...]]:
    inputs: list[list[float]] = []
    labels: list[str] = []
    first: dict[str, tuple[str, str]] = {}  # each class, with the place of its first sample
    features = header[:position] + header[position + 1 :]
    column = f"column {header[position][:40]!r}"
    for place, record in records:
        _check_size(place, record, header, len(inputs))
        name = record.pop(position).strip()
        if not name:
            raise ValueError(f"{place}, {column}: got no label; accepted: the sample's class")
        labels.append(first.setdefault(name, (name, place))[0])
        if len(first) > LARGEST["classes"]:
            raise ValueError(
                f"{place}, {column}: {len(first):,} different labels so far; accepted: up to {LARGEST['classes']:,}. "
                "Is it the label column?"
            )
        inputs.append(_row(place, record, features, numbers, f" (the label is {header[position][:40]!r})"))
    if not inputs:
        raise ValueError(f"{path}: {_NO_SAMPLES}")
    return inputs, labels, _classes(first, column, numbers)


def _check_size(place: str, record: list[str], header: list[str], samples: int) -> None:
    if len(record) != len(header):
        raise ValueError(f"{place}: got {len(record)} columns; the header has {len(header)}")
    if samples * len(header) >= LARGEST["cells"]:
        raise ValueError(f"{place}: too many samples; accepted: up to {LARGEST['cells']:,} numbers")


def _row(place: str, texts: list[str], names: list[str], numbers: _Numbers, beside: str = "") -> list[float]:
    row = [numbers.read(text) for text in texts]
    if not all(map(math.isfinite, row)):
        wrong = next(i for i, x in enumerate(row) if not math.isfinite(x))
        raise ValueError(
            f"{place}, column {names[wrong][:40]!r}: got {texts[wrong][:40]!r}; accepted: {numbers.accepted}{beside}"
        )
    return row


def _classes(first: dict[str, tuple[str, str]], column: str, numbers: _Numbers) -> tuple[str, ...]:
    """Return the names of the classes in their order; ValueError where two of them are one number."""
    values = {name: numbers.exact(name) for name in first}
    spelled: dict[Decimal, str] = {}
    for name, value in values.items():
        if value is not None and (other := spelled.setdefault(value, name)) != name:
            _, place = first[name]
            raise ValueError(
                f"{place}, {column}: got {name[:40]!r}, the number that is {other[:40]!r} above; accepted: one way to "
                "write a class"
            )
    return tuple(sorted(first, key=lambda name: (math.inf if values[name] is None else values[name], name)))
