"""What figures are made of: cells, which are numbers of leads, and what is reckoned from them.

A figure's shape is its answer with these in the places of numbers: dicts and lists of them, to any depth. Of one
predicate, a cell's, are made its count, how many of these are gone, and the list of the leads behind it (contract A17).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from leads.analytics import statistics
from leads.analytics.statistics import Interval

Shape = Mapping[str, Any]


class Counted:
    """So many leads, of whom some were deleted since."""

    __slots__ = ("count", "gone")

    def __init__(self, count: int = 0, gone: int = 0):
        self.count, self.gone = count, gone


@dataclass(frozen=True, eq=False)
class Cell:
    """The leads whose facts are so. Of very many cells, the predicates are made when they are asked for."""

    predicate: Q | Callable[[], Q]

    @property
    def where(self) -> Q:
        return self.predicate if isinstance(self.predicate, Q) else self.predicate()


@dataclass(frozen=True, eq=False)
class Share:
    """The leads of one cell, as a share of those of others, which have none in common. Some are compared by periods."""

    part: Cell
    of: tuple[Cell, ...]
    is_compared: bool = False


@dataclass(frozen=True, eq=False)
class Quantiles:
    """Those of a column of facts, over the leads of `of`. It has a value in `known`; all others are longer."""

    column: str
    known: Cell
    of: Cell


@dataclass
class Measured:
    """What was counted for a shape: of each cell, and of each of its Quantiles the values at some ranks."""

    counts: dict[Cell, Counted] = field(default_factory=dict)
    ranked: dict[Quantiles, dict[int, int]] = field(default_factory=dict)

    def add(self, cell: Cell, number: int, is_gone: bool) -> None:
        counted = self.counts.setdefault(cell, Counted())
        counted.count += number
        counted.gone += number if is_gone else 0

    def counted(self, cell: Cell) -> Counted:
        return self.counts.get(cell) or Counted()

    def number(self, *cells: Cell) -> int:
        return sum(self.counted(cell).count for cell in cells)

    def share(self, share: Share) -> Interval | None:
        return statistics.share(self.number(share.part), self.number(*share.of))


def parts_of(shape: Any, kind: type) -> Iterator[Any]:
    """All parts of this kind in a shape."""
    if isinstance(shape, kind):
        yield shape
    elif isinstance(shape, Mapping):
        for part in shape.values():
            yield from parts_of(part, kind)
    elif isinstance(shape, list):
        for part in shape:
            yield from parts_of(part, kind)


def cells_of(shape: Shape) -> list[Cell]:
    """All cells that a shape has or reckons with, each once."""
    shown = parts_of(shape, Cell)
    of_shares = (cell for share in parts_of(shape, Share) for cell in (share.part, *share.of))
    of_quantiles = (cell for each in parts_of(shape, Quantiles) for cell in (each.known, each.of))
    return list(dict.fromkeys([*shown, *of_shares, *of_quantiles]))


def cell_at(shape: Any, path: list[str]) -> Cell | None:
    """The cell that an answer shows at this path (`["within", "0", "ripe"]`), or None."""
    for name in path:
        if isinstance(shape, list) and name.isascii() and name.isdigit() and str(int(name[:6])) == name:
            shape = shape[int(name)] if int(name) < len(shape) else None
        else:
            shape = shape.get(name) if isinstance(shape, Mapping) else None
    return shape if isinstance(shape, Cell) else None


def rendered(
    shape: Any, measured: Measured, address: Callable[[str], str], path: str = "", other: Measured | None = None
) -> Any:
    """A shape with its numbers. `address` makes a cell's address of its path; `other` is what it is compared with."""
    if isinstance(shape, Cell):
        return shown_count(measured.counted(shape), address(path))
    if isinstance(shape, Share):
        return _share(shape, measured, other)
    if isinstance(shape, Quantiles):
        return _quantiles(shape, measured)
    if isinstance(shape, Mapping):
        inside = f"{path}." if path else ""
        return {name: rendered(part, measured, address, inside + name, other) for name, part in shape.items()}
    if isinstance(shape, list):
        return [rendered(part, measured, address, f"{path}.{index}", other) for index, part in enumerate(shape)]
    return shape


def shown_count(counted: Counted, leads: str) -> dict[str, Any]:
    return {"count": counted.count, "gone": counted.gone, "leads": leads}


def _share(share: Share, measured: Measured, other: Measured | None) -> dict[str, Any]:
    value = measured.share(share)
    shown = {**_interval(value), "of": measured.number(*share.of)}
    if other and share.is_compared:
        shown["difference"] = _interval(statistics.difference(value, other.share(share)))
    return shown


def _interval(interval: Interval | None) -> dict[str, float | None]:
    return dict.fromkeys(Interval._fields) if interval is None else interval.rounded()._asdict()


def _quantiles(quantiles: Quantiles, measured: Measured) -> dict[str, Any]:
    n, known = measured.number(quantiles.of), measured.number(quantiles.known)
    values = measured.ranked.get(quantiles, {})
    shown: dict[str, Any] = {"of": n}
    for name, per_cent in statistics.PER_CENT.items():
        ranks = statistics.quantile_ranks(per_cent, n) if n else None
        value, low, high = (values.get(rank) for rank in ranks or (0, 0, 0))
        shown[name] = {"seconds": value, "isBeyond": bool(ranks and ranks.value > known), "low": low, "high": high}
    return shown


def ranks_of(quantiles: Quantiles, measured: Measured) -> set[int]:
    """The ranks at which its values are wanted: those of leads that have one."""
    n, known = measured.number(quantiles.of), measured.number(quantiles.known)
    if not n:
        return set()
    ranks = (rank for per_cent in statistics.PER_CENT.values() for rank in statistics.quantile_ranks(per_cent, n))
    return {rank for rank in ranks if rank is not None and rank <= known}
