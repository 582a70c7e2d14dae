"""What the writers of compiled functions share about the score: its blocks, its items, and which gradings may hold."""

from collections.abc import Sequence

from app.policies.domain.compile.writer import MET, UNMET, FunctionWriter, Graded, listing
from app.policies.domain.forms.tests import Compared, Grown
from app.policies.domain.language import tree
from app.policies.domain.language.policy import ScoredItem

Points = tuple[int, int]


class ScoreWriter(FunctionWriter):
    """Writes the score besides. `_place` is what is being written: the place of a test, or −1 − the place of a block."""

    _place = 0

    def _gradings(self, gradings: Sequence[tree.Grading]) -> str:
        """Reckon the gradings of an item; its bounds have the name that is given back, with l and h, those that may
        hold with p.
        """
        raise NotImplementedError

    def _score(self) -> tuple[list[str], list[str]]:
        """Reckon the blocks; their bounds have the names that are given back, with l and h; and what explains each."""
        names: list[str] = []
        explained: list[str] = []
        for place, block in enumerate(self._blocks()):
            self._place = -1 - place
            graded: list[Graded] = []
            stated: list[str] = []
            items = [self._item(item, graded, stated) for item in block.items]
            self._graded.append(tuple(graded))
            explained.append(f"({listing(stated)})")
            names.append(f"b{place}_")
            for end in "lh":
                bound = f"{names[-1]}{end}"
                total = " + ".join(f"{item}{end}" for item in items)
                self._source.lines += [
                    f"{bound} = {total}",
                    f"if {bound} > {block.node.most}: {bound} = {block.node.most}",
                ]
        return names, explained

    def _item(self, item: ScoredItem, graded: list[Graded], stated: list[str]) -> str:
        """Reckon an item, or the best of its options."""
        if not item.options:
            name = self._gradings(item.node.gradings)
            stated.append(f"({name}l, {name}h, {name}p{self._measure(item, graded)})")
            return name
        options = [self._item(option, graded, stated) for option in item.options]
        name = f"i{len(self._source.lines)}_"
        self._source.lines.extend(f"{name}{end} = max({listing(option + end for option in options)})" for end in "lh")
        return name


def totals(blocks: Sequence[str]) -> str:
    """The bounds of the whole score, as two expressions."""
    return ", ".join(" + ".join(f"{name}{end}" for name in blocks) or "0" for end in "lh")


def places_of(found: Compared | Grown, *, shown: bool) -> list[int]:
    """The results that a comparison asks for; those of its sides too where it is to be explained."""
    ends = (*found.values, found.right) if isinstance(found, Grown) else (found.excess, found.excess)
    ends += (found.left, found.right) if isinstance(found, Compared) and shown else ()
    ends += (found.bottom,) if isinstance(found, Compared) and found.bottom else ()
    return [place for end in (*ends, *ends) for place in (end.low.place, end.high.place)]


def chain(first: int, codes: Sequence[int], points: Sequence[Points]) -> tuple[int, int, tuple[int, ...]]:
    """The bounds over the gradings that may hold, from the `first` on until one holds, and which those are. The last one
    has no code: it holds whenever none above it does.
    """
    possible: list[int] = []
    low = high = 0
    for place, (code, (least, most)) in enumerate(zip((*codes, MET), points, strict=True), first):
        if code == UNMET:
            continue
        low = least if not possible or least < low else low
        high = most if not possible or most > high else high
        possible.append(place)
        if code == MET:
            break
    return low, high, tuple(possible)
