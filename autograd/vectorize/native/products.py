"""Sums of products of two arrays as C: tiles of numbers that stay in registers while the sum goes on.

A tile is some rows of one or two times `LANES` numbers. The lanes run along an axis of the result, or along one that is
summed: then a number of the result is the sum of its lanes. In both, the innermost loop is over lanes, which compilers
turn into vectors; the rows share one of the two factors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograd.symbolic import Formula, symbol, to_c
from autograd.vectorize.native.pieces import Axes, inside
from autograd.vectorize.native.sections import BLOCK, LANES, LONG, Section, Spot, end, in_pairs, length
from autograd.vectorize.statements import BATCH, SAMPLES, Contract

SAMPLE = "s"  # the letter of the samples' axis here, which is the variable that runs over those of a block
ROWS = 8  # of a tile at most: with them, vectors of four numbers fill the sixteen registers of AVX2
WIDE_ROWS = 4  # of a tile of two vectors: six reads for what takes nine with eight rows of one
WRITTEN = 8  # terms of a sum up to which it is written out
COPIED, ADDED = 1.5, 3.0  # what it costs to copy a number, and to add up lanes, in units of a product of two vectors
APART = 1.0  # and to put a number of the result where the next one of the lanes does not follow

Finish = Callable[[Sequence[str], Formula], Formula]


def write_product(section: Section, statement: Contract, out: Spot, finish: Finish | None = None) -> None:
    """Write what computes a product into its place; with `finish`, a function of each number of it and its indices."""
    _Product(section, statement, out, finish).write()


@dataclass(frozen=True, slots=True)
class _Tile:
    """Which axes a tile runs along, how many rows it has, and how many numbers each of them."""

    lanes: str
    rows: str
    height: int
    width: int = LANES


class _Product:
    """A product, its axes as letters: those of the two factors and of the result, and the ones that are summed."""

    def __init__(self, section: Section, statement: Contract, out: Spot, finish: Finish | None) -> None:
        self.section, self.out, self.finish = section, out, finish
        plain = {letter: chr(ord("a") + k) for k, letter in enumerate(dict.fromkeys("".join(statement.letters)))}
        plain[BATCH] = SAMPLE  # the other letters are those of no other variable
        *self.letters, self.kept = ("".join(map(plain.__getitem__, letters)) for letters in statement.letters)
        self.factors = [section.spot(x) for x in statement.args]  # type: ignore[arg-type]
        self.size = {
            letter: BLOCK if letter == SAMPLE else size
            for spot, letters in zip(self.factors, self.letters, strict=True)
            for letter, size in zip(letters, spot.shape, strict=True)
        }
        self.summed = [x for x in self.size if x not in self.kept and self.size[x] != 1]
        self.summed.sort(key=self.size.__getitem__)
        self.over_samples = SAMPLE in self.summed

    def write(self) -> None:
        tile = self._tile()
        if tile is None:
            self._one_by_one()
            return
        self.factors = [self._packed(k, tile.lanes) for k in (0, 1)]
        if tile.lanes == SAMPLE and self.over_samples:
            for spot in self.factors:
                self.section.end_in_zeros(spot)
        size, high = self.size.get(tile.rows, 1), tile.height
        whole = size - size % high
        self._tiles(tile, range(0, whole, high))
        if whole < size:
            self._tiles(replace(tile, height=size - whole), range(whole, size, size - whole))

    # Which tile -----------------------------------------------------------------------------------------------------

    def _tile(self) -> _Tile | None:
        """Return the tile that costs least; None where it costs least to compute number by number."""
        if SAMPLE in self.kept:
            return self._tile_along(SAMPLE)
        of_both = SAMPLE in self.letters[0] and SAMPLE in self.letters[1]  # 0 times infinity is not 0
        found = [self._tile_along(x) for x in self.size if self.size[x] >= LANES and (x != SAMPLE or of_both)]
        best = min(found, key=self._cost, default=None)
        return best if best and (self.over_samples or self._cost(best) < math.prod(self.size.values())) else None

    def _tile_along(self, lanes: str) -> _Tile:
        """Return the highest tile with its lanes along an axis; its rows are in one factor only."""
        heights = {x: _height(self.size[x]) for x in self.kept if x != lanes and self._factor_with(x) is not None}
        rows = max(heights, key=lambda x: (heights[x], self.size[x] % heights[x] == 0), default="")
        height = heights.get(rows, 1)
        if lanes in self.kept and not self.size[lanes] % (2 * LANES) and (height < WIDE_ROWS or not height % WIDE_ROWS):
            return _Tile(lanes, rows, min(height, WIDE_ROWS), 2 * LANES)
        return _Tile(lanes, rows, height)

    def _factor_with(self, letter: str) -> int | None:
        """Return the only factor with an axis of more than one element; None if both have it, or none."""
        found = [k for k in (0, 1) if letter in self.letters[k] and self.size[letter] > 1]
        return found[0] if len(found) == 1 else None

    def _cost(self, tile: _Tile) -> float:
        lanes, work = tile.lanes, math.prod(self.size.values())
        steps, vectors = work / self.size[lanes] * -(-self.size[lanes] // LANES), tile.width // LANES
        cost = steps * max(0.5, (tile.height + vectors) / (2 * tile.height * vectors))
        copied = [self.factors[k].shape for k in (0, 1) if self._is_across(k, lanes)]
        cost += COPIED * sum(math.prod(map(length, shape)) for shape in copied)
        results = math.prod(self.size[x] for x in self.kept)
        if lanes in self.summed:
            cost += ADDED * results
        elif not self.out.runs_along(self.kept.index(lanes)):
            cost += APART * results
        return cost

    def _is_across(self, k: int, lanes: str) -> bool:
        """Return whether a factor would have to be copied to have the lanes next to each other."""
        spot, letters = self.factors[k], self.letters[k]
        given = self.section.rows.get(spot, spot) if lanes != SAMPLE else spot
        return lanes in letters and not given.runs_along(letters.index(lanes))

    def _packed(self, k: int, lanes: str) -> Spot:
        """Return a factor with the lanes next to each other, copied where that is needed."""
        spot, letters = self.factors[k], self.letters[k]
        if lanes not in letters or spot.runs_along(letters.index(lanes)):
            return spot
        if not self._is_across(k, lanes):
            return self.section.rows[spot]
        axis = letters.index(lanes)
        return self.section.copy(spot, (*(n for n in range(len(letters)) if n != axis), axis))

    # Tiles ----------------------------------------------------------------------------------------------------------

    def _tiles(self, tile: _Tile, rows: range) -> None:
        """Write the loops over tiles, for these rows."""
        size = self.size[tile.lanes]
        outer: Axes = [(x, str(self.size[x]), 1) for x in self.kept if x not in (tile.lanes, tile.rows)]
        if len(rows) > 1:
            outer.append((tile.rows, str(rows.stop), rows.step))
        first = str(rows.start) if len(rows) == 1 else tile.rows
        at = [{tile.rows: _sum(first, str(k))} if tile.rows else {} for k in range(tile.height)]
        if tile.lanes in self.summed:
            lines = self._across(tile, at)
        elif tile.lanes == SAMPLE:
            lines = inside([(SAMPLE, end(SAMPLES), tile.width)], self._along(tile, at, SAMPLE, tile.width))
        else:
            lines = self._along_all(tile, at, size)
        self.section.loops(outer, lines)

    def _along_all(self, tile: _Tile, at: list[dict[str, str]], size: int) -> list[str]:
        """Return the tiles along an axis of the result, the last of them narrow where it is no multiple of lanes."""
        lanes, whole = tile.lanes, size - size % tile.width
        lines = inside([(lanes, str(whole), tile.width)], self._along(tile, at, lanes, tile.width))
        if whole < size:
            lines += ["{", *self._along(tile, at, str(whole), size - whole), "}"]
        return lines

    def _along(self, tile: _Tile, at: list[dict[str, str]], start: str, width: int) -> list[str]:
        """Return a tile whose lanes are numbers of the result."""
        lane = _sum(start, "i")
        chosen = [{**row, tile.lanes: lane} for row in at]
        lines = self._start(len(at), width)
        lines += self._loops_over_sum(self.summed, [self._step(tile, chosen, width)])
        stored = self._stored(chosen, [f"p[{k}][i]" for k in range(len(at))])
        return [*lines, f"for (int i = 0; i < {width}; i++) {{", *stored, "}"]

    def _across(self, tile: _Tile, at: list[dict[str, str]]) -> list[str]:
        """Return a tile whose lanes are parts of a sum."""
        lanes, size = tile.lanes, self.size[tile.lanes]
        width = 2 * LANES if tile.height == 1 and size >= LONG else LANES
        whole = size - size % width
        steps = [{**row, lanes: _sum(lanes, "i")} for row in at]
        body = inside([(lanes, end(SAMPLES) if lanes == SAMPLE else str(whole), width)], self._step(tile, steps, width))
        if whole < size:
            rest = [{**row, lanes: lanes} for row in at]
            body += [f"for (int {lanes} = {whole}; {lanes} < {size}; {lanes}++) {{"]
            body += [f"p[{k}][0] += {self._product(row)};" for k, row in enumerate(rest)]
            body += ["}"]
        lines = self._start(len(at), width)
        lines += self._loops_over_sum([x for x in self.summed if x != lanes], [body])
        sums = [to_c(in_pairs("add", [symbol(f"p[{k}][{i}]") for i in range(width)])) for k in range(len(at))]
        return [*lines, *self._stored(at, sums)]

    def _start(self, height: int, width: int) -> list[str]:
        return [f"double p[{height}][{width}] = {{{{0.0}}}};"]

    def _step(self, tile: _Tile, chosen: list[dict[str, str]], width: int) -> list[str]:
        """Return the loop over lanes that adds a term to each number of a tile."""
        k = self._factor_with(tile.rows) if tile.rows else None
        if k is None:
            lines = [f"p[{n}][i] += {self._product(row)};" for n, row in enumerate(chosen)]
        else:
            lines = [f"double q = {self._factor(1 - k, chosen[0])};"]
            lines += [f"p[{n}][i] += {self._factor(k, row)} * q;" for n, row in enumerate(chosen)]
        return [f"for (int i = 0; i < {width}; i++) {{", *lines, "}"]

    def _loops_over_sum(self, letters: Sequence[str], parts: Sequence[list[str]]) -> list[str]:
        loops: Axes = [(x, "n" if x == SAMPLE else str(self.size[x]), 1) for x in letters]
        return inside(loops, [line for lines in parts for line in lines])

    def _stored(self, chosen: list[dict[str, str]], numbers: list[str]) -> list[str]:
        """Return lines that put numbers where they belong."""
        lines = []
        for row, number in zip(chosen, numbers, strict=True):
            indices = [self._index(letter, row) for letter in self.kept]
            if self.finish:
                number = to_c(self.finish(indices, symbol(f"({number})" if " " in number else number)))
            lines.append(f"{self.out.at(indices)} {'+=' if self.over_samples else '='} {number};")
        return lines

    # Number by number -----------------------------------------------------------------------------------------------

    def _one_by_one(self) -> None:
        # innermost an axis whose elements need not be gathered from all over
        axes = sorted(self.kept, key=lambda x: (not self._is_looked_up(x), -self.out.strides[self.kept.index(x)]))
        outer: Axes = [(x, str(self.size[x]), 1) for x in axes if self.size[x] != 1]
        if math.prod(self.size[x] for x in self.summed) <= WRITTEN:
            terms: list[dict[str, str]] = [{}]
            for x in self.summed:
                terms = [{**term, x: str(k)} for term in terms for k in range(self.size[x])]
            products = [symbol(self._product(term)) for term in terms]
            self.section.loops(outer, self._stored([{}], [to_c(in_pairs("add", products))]))
            return
        body = self._loops_over_sum(self.summed, [[f"p += {self._product({})};"]])
        self.section.loops(outer, ["double p = 0.0;", *body, *self._stored([{}], ["p"])])

    def _is_looked_up(self, letter: str) -> bool:
        """Return whether the indices of an axis go through a table."""
        both = zip(self.factors, self.letters, strict=True)
        return any(spot.tables[letters.index(letter)] for spot, letters in both if spot.tables and letter in letters)

    # Elements -------------------------------------------------------------------------------------------------------

    def _index(self, letter: str, chosen: Mapping[str, str]) -> str:
        return "0" if self.size[letter] == 1 else chosen.get(letter, letter)

    def _factor(self, k: int, chosen: Mapping[str, str]) -> str:
        return self.factors[k].at([self._index(letter, chosen) for letter in self.letters[k]])

    def _product(self, chosen: Mapping[str, str]) -> str:
        return f"{self._factor(0, chosen)} * {self._factor(1, chosen)}"


def _height(size: int) -> int:
    """Return how many rows tiles of so many have: all, else a number that leaves none over, else the most."""
    return size if size <= ROWS else next((k for k in range(ROWS, 3, -1) if size % k == 0), ROWS)


def _sum(x: str, y: str) -> str:
    """Return the sum of two indices.

    >>> _sum("a", "0"), _sum("0", "i"), _sum("8", "3"), _sum("a", "3")
    ('a', 'i', '11', 'a + 3')
    """
    if "0" in (x, y):
        return x if y == "0" else y
    return str(int(x) + int(y)) if x.isdigit() and y.isdigit() else f"{x} + {y}"
