"""A plan as people read it: built from the answer, as `app.policies.presentation` builds the verdict.

What an answer lists figure by figure is folded here: the parts of one figure that would all have to change by the same
become one line, years of a figure that can no longer be changed become one line.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from app.kit.i18n import N_, _
from app.policies.answer import Answer
from app.policies.domain.facts.catalogue import Catalogue, FactKey
from app.policies.domain.plan.changes import ChangeKind, Why
from app.policies.plan_words import WHY, figure_text
from app.policies.words import kept_text, kept_words

Link = Callable[[str], str]

_DONE_BY = {
    ChangeKind.TELL: N_("待查明"),
    ChangeKind.CHANGE: N_("可以改变"),
    ChangeKind.WAIT: N_("须等待"),
    ChangeKind.CORRECT: N_("只能更正"),
}
_STATES = {ChangeKind.TELL: "wait", ChangeKind.CHANGE: "good", ChangeKind.WAIT: "info", ChangeKind.CORRECT: "idle"}


@dataclass(frozen=True)
class PlanLine:
    """One change: of what, how it stands, what it should be, by how much, until when; `text` says it in a sentence."""

    figure: str
    clause: str
    now: str
    wanted: str
    difference: str
    until: str
    kind: str
    state: str
    changeable: bool
    text: str
    to_find_out: bool
    url: str = ""


@dataclass(frozen=True)
class PlanGroup:
    """What each figure alone could do for one clause."""

    clause: str
    lines: tuple[PlanLine, ...]


@dataclass(frozen=True)
class FixedLine:
    """Figures that cannot be changed any more for one reason, and for which years."""

    figures: tuple[str, ...]
    years: tuple[int, ...]
    why: str


@dataclass(frozen=True)
class DependsLine:
    """A missing figure: what it could do to the outcome, and what it needs to be for a pass."""

    figure: str
    years: tuple[int, ...]
    effect: str
    needs: str
    said_by: str
    url: str


@dataclass(frozen=True)
class NextView:
    """The next chance: when, which years count, what is taken over from the year before, and what it takes."""

    on: date
    open_year: int
    text: str
    assumed: tuple[str, ...]
    lines: tuple[PlanLine, ...]
    floors: tuple[PlanLine, ...]
    unsolved: tuple[str, ...]


@dataclass(frozen=True)
class GapPlanView:
    """What has to change. `needed` opens the way, `certain` makes sure; empty where nothing does, then `partly` is what
    can be said, `unsolved` for which clauses nothing was found, and `awaiting` for which the bureau has yet to set what
    they ask for.
    """

    needed: tuple[PlanLine, ...]
    certain: tuple[PlanLine, ...]
    partly: tuple[PlanLine, ...]
    unsolved: tuple[str, ...]
    awaiting: tuple[str, ...]
    alone: tuple[PlanGroup, ...]
    fixed: tuple[FixedLine, ...]
    next: NextView | None
    depends: tuple[DependsLine, ...]

    @property
    def both(self) -> bool:
        """Whether making sure takes more than opening the way."""
        return bool(self.needed) and {line.text for line in self.needed} != {line.text for line in self.certain}


def present_plan(
    found: Answer, catalogue: Catalogue, link: Link = lambda code: "", *, names: Mapping[str, str] | None = None
) -> GapPlanView | None:
    """The plan of an answer as a view; None for a subject that passes, or an answer kept without a plan."""
    plan = found.get("plan")
    if plan is None:
        return None
    reader = _PlanReader(catalogue, link, _titles(found["clauses"]), names or {})
    awaiting = plan.get("awaits_bureau", [])
    return GapPlanView(
        needed=reader.lines(plan["needed"]),
        certain=reader.lines(plan["cheapest"]),
        partly=reader.lines(plan["partly"]),
        unsolved=_unsolved(plan["unsolved"], awaiting),
        awaiting=_unsolved(awaiting),
        alone=reader.groups(plan["each"]),
        fixed=tuple(_fixed(plan["fixed"], catalogue)),
        next=reader.next(plan["next"], awaiting) if plan["next"] else None,
        depends=tuple(reader.depends(found.get("depends", []))),
    )


def _titles(clauses: Iterable[Answer]) -> dict[str, str]:
    """The clauses' titles by id, parts included."""
    found: dict[str, str] = {}
    for clause in clauses:
        found[clause["id"]] = kept_words(clause["title"])
        found |= _titles(clause["children"])
    return found


@dataclass(frozen=True)
class _PlanReader:
    catalogue: Catalogue
    link: Link
    titles: Mapping[str, str]
    names: Mapping[str, str]

    def groups(self, changes: list[Answer]) -> tuple[PlanGroup, ...]:
        grouped = groupby(changes, key=lambda change: change["clause"])
        return tuple(PlanGroup(self.titles.get(clause, clause), self.lines(list(own))) for clause, own in grouped)

    def lines(self, changes: list[Answer]) -> tuple[PlanLine, ...]:
        """The changes, those of one figure's parts folded where they are alike."""
        folded = groupby(changes, key=_alike)
        return tuple(self._line(group[0], len(group)) for group in (list(own) for _key, own in folded))

    def _line(self, change: Answer, parts: int) -> PlanLine:
        kind = ChangeKind(change["kind"])
        words = _any_part(change, parts, self.catalogue) if parts > 1 else {}
        return PlanLine(
            figure=words.get("figure", kept_words(change["label"])),
            clause=self.titles.get(change["clause"], change["clause"]),
            now="" if parts > 1 else self._coded(change, "from"),
            wanted="" if parts > 1 else self._coded(change, "to"),
            difference=kept_text(change, "change_text"),
            until=_until(change, self.catalogue),
            kind=_(_DONE_BY[kind]),
            state=_STATES[kind],
            changeable=change["changeable"],
            text=words.get("text", kept_text(change)),
            to_find_out=kind is ChangeKind.TELL,
            url=self.link(change["fact"]) if change["fact"] in self.catalogue else "",
        )

    def _coded(self, change: Answer, end: str) -> str:
        """A value in words; of a code its name, where one is known."""
        if change["unit"] == "code" and end == "from":
            return self.names.get(change["from"] or "", kept_text(change, "from_text"))
        return kept_text(change, f"{end}_text")

    def next(self, chance: Answer, awaiting: list[Answer]) -> NextView:
        return NextView(
            on=date.fromisoformat(chance["on"]),
            open_year=chance["open_year"],
            text=kept_text(chance),
            assumed=tuple(dict.fromkeys(_figure(item, self.catalogue) for item in chance["assumed"])),
            lines=self.lines(chance["changes"]),
            floors=self.lines(chance["floors"]),
            unsolved=_unsolved(chance["unsolved"], awaiting),
        )

    def depends(self, effects: list[Answer]) -> Iterator[DependsLine]:
        """The missing figures, each once with its years, in the order of their effect."""
        by_code: dict[str, list[Answer]] = {}
        for effect in effects:
            by_code.setdefault(effect["fact"], []).append(effect)
        for code, own in by_code.items():
            needed = list(dict.fromkeys(kept_text(effect["needs"]) for effect in own if effect["needs"]))
            yield DependsLine(
                figure=str(self.catalogue[code].label),
                years=tuple(sorted({effect["year"] for effect in own if effect["year"]})),
                effect=kept_text(own[0]),
                needs=_("、").join(needed),
                said_by=kept_words(own[0]["said_by"]) if own[0]["said_by"] else "",
                url=self.link(code),
            )


def _alike(change: Answer) -> tuple[Any, ...]:
    """Parts of one figure that would have to change by the same are alike; any other change is alone."""
    part = None if change["part"] and change["change"] is not None else change["part"]
    return change["clause"], change["fact"], change["year"], part, change["kind"], change["change"]


def _any_part(change: Answer, parts: int, catalogue: Catalogue) -> dict[str, str]:
    """How parts that are alike are named together."""
    figure = _("%(fact)s（其中任一项，共 %(n)s 项）") % {"fact": _figure(change, catalogue), "n": parts}
    text = f"{figure} {kept_text(change, 'change_text')}"
    return {"figure": figure, "text": text}


def _figure(item: Answer, catalogue: Catalogue) -> str:
    """A figure with its year, whatever its parts."""
    return figure_text(catalogue, FactKey(item["fact"], item["year"]))


def _until(change: Answer, catalogue: Catalogue) -> str:
    if change["changeable"]:
        return str(change["by"] or "")
    why = Why(change["reason"])
    if why is Why.WINDOW:
        return _("期间（%(period)s）届满后") % {"period": catalogue[change["fact"]].period}
    return _(_SHORT[why])


_SHORT = {Why.YEAR_OVER: N_("该年度已结束"), Why.HISTORY: N_("已成事实")}


def _fixed(items: list[Answer], catalogue: Catalogue) -> Iterator[FixedLine]:
    """The figures together that share their years and their reason."""
    years: dict[tuple[str, str], set[int]] = {}
    for item in items:
        years.setdefault((item["reason"], item["fact"]), set()).update({item["year"]} - {None})
    together: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for (reason, code), stated in years.items():
        together.setdefault((reason, tuple(sorted(stated))), []).append(str(catalogue[code].label))
    for (reason, found), figures in together.items():
        yield FixedLine(tuple(figures), found, _(WHY[Why(reason)]))


def _unsolved(clauses: list[Answer], without: list[Answer] | None = None) -> tuple[str, ...]:
    return tuple(kept_words(clause["title"]) for clause in clauses if clause not in (without or []))
