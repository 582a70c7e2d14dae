"""Moving a case to a newer version of its programme: what it keeps, gains and loses, decided before anything is changed."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Literal

from app.cases.domain.state import CaseState
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import Bilingual, _
from app.programmes.domain.answers import read_answer
from app.programmes.domain.definition import Programme, Stage

#: What brought a case into a stage where no step of its programme did.
VERSION_CHANGE = "change-version"

Kind = Literal["stage", "action", "material", "question", "clock", "duty", "milestone", "approval"]
Outcome = Literal["kept", "gained", "lost", "again"]


@dataclass(frozen=True)
class CaseHoldings:
    """What lies with a case, by the codes of its version: milestones and duties also those that are done or let go."""

    milestones_open: Set[str] = frozenset()
    milestones: Set[str] = frozenset()
    clocks: Set[str] = frozenset()
    duties_open: Set[str] = frozenset()
    duties: Set[str] = frozenset()
    materials: Set[str] = frozenset()
    answers: Mapping[str, str] = field(default_factory=dict)
    approvals: Set[str] = frozenset()


@dataclass(frozen=True)
class VersionEffect:
    """What becomes of one thing: it is kept, gained, lost, or (`again`) an answer that must be given anew."""

    kind: Kind
    code: str
    title: Bilingual
    outcome: Outcome


@dataclass(frozen=True)
class VersionChange:
    """The whole change: the version, the stage in which the case stands then, and every effect."""

    old: Programme
    new: Programme
    stage: Stage
    effects: tuple[VersionEffect, ...]

    def codes(self, kind: Kind, outcome: Outcome) -> frozenset[str]:
        """The codes of one kind that fare so."""
        return frozenset(item.code for item in self.effects if (item.kind, item.outcome) == (kind, outcome))


def newer_versions(versions: Iterable[Programme], old: Programme) -> tuple[Programme, ...]:
    """Of `versions` those that are newer than `old`, newest first."""
    age = (old.effective_on, old.revision)
    found = [version for version in versions if (version.effective_on, version.revision) > age]
    return tuple(sorted(found, key=lambda version: (version.effective_on, version.revision), reverse=True))


def stages_to_choose(new: Programme, present: str) -> tuple[Stage, ...]:
    """The stages in which the case may stand under `new`: its own where that goes on, else every one that is no end."""
    going_on = tuple(stage for stage in new.stages if not stage.is_final)
    return tuple(stage for stage in going_on if stage.code == present) or going_on


def decide_change(
    old: Programme, new: Programme, holdings: CaseHoldings, *, state: CaseState, present: str, target: str
) -> VersionChange:
    """What moving the case from stage `present` to stage `target` of `new` brings about.

    Raises `Conflict` for a closed case or a version that is not newer, `Invalid` (stage) for a stage that cannot be chosen.
    """
    if state is not CaseState.OPEN:
        raise Conflict("case.closed", _("该件已办结，不能再改动。"))
    if not newer_versions([new], old):
        raise Conflict("case.version.not_newer", _("该件已在这个版本或更新的版本上，请刷新后核对。"))
    choices = {stage.code: stage for stage in stages_to_choose(new, present)}
    if target not in choices:
        message = _("请选择该件在新版本中所处的阶段。")
        raise Invalid("case.version.stage", message, {"stage": message})
    stage = choices[target]
    return VersionChange(old, new, stage, tuple(_effects(old, new, holdings, present, stage)))


def _effects(
    old: Programme, new: Programme, holdings: CaseHoldings, present: str, stage: Stage
) -> Iterator[VersionEffect]:
    yield from _fate("stage", {present: old.stage(present).name}, {stage.code: stage.name}, {present})
    before, after = _labels(old.actions_from(present)), _labels(new.actions_from(stage.code))
    yield from _fate("action", before, after, before.keys())
    yield from _fate("material", _titles(old.materials), _titles(new.materials), holdings.materials)
    yield from _questions(old, new, holdings)
    starting = [clock for clock in new.clocks if stage.code in clock.starts_at]
    yield from _made("clock", _titles(old.clocks), _titles(new.clocks), holdings.clocks, starting, holdings.clocks)
    arising = [duty for duty in new.duties if duty.made_at == stage.code and duty.due.rule != "after-event"]
    yield from _made("duty", _titles(old.duties), _titles(new.duties), holdings.duties_open, arising, holdings.duties)
    coming = [*new.milestones_made_at("opening"), *new.milestones_made_at(stage.code)]
    yield from _made(
        "milestone", _titles(old.milestones), _titles(new.milestones), holdings.milestones_open, coming,
        holdings.milestones,
    )  # fmt: skip
    yield from _approvals(old, new, stage, holdings)


def _fate(
    kind: Kind, before: Mapping[str, Bilingual], after: Mapping[str, Bilingual], held: Iterable[str]
) -> Iterator[VersionEffect]:
    """What is held is kept where the new version knows it and lost elsewhere; what it asks for besides is gained."""
    for code in sorted(held, key=list(before).index):
        yield VersionEffect(kind, code, after.get(code, before[code]), "kept" if code in after else "lost")
    for code in after:
        if code not in before:
            yield VersionEffect(kind, code, after[code], "gained")


def _made(
    kind: Kind,
    before: Mapping[str, Bilingual],
    after: Mapping[str, Bilingual],
    held: Set[str],
    coming: Iterable[Any],
    known: Set[str],
) -> Iterator[VersionEffect]:
    """As `_fate`, but only what the stage brings about is gained, and nothing a second time."""
    for code in [code for code in before if code in held]:
        yield VersionEffect(kind, code, after.get(code, before[code]), "kept" if code in after else "lost")
    for item in coming:
        if item.code not in known:
            yield VersionEffect(kind, item.code, item.title, "gained")


def _questions(old: Programme, new: Programme, holdings: CaseHoldings) -> Iterator[VersionEffect]:
    asked = {question.code: question for question in new.questions}
    known = {question.code: question for question in old.questions}
    for code in [code for code in known if code in holdings.answers]:
        question = asked.get(code)
        if question is None:
            yield VersionEffect("question", code, known[code].label, "lost")
            continue
        try:
            same = read_answer(question, holdings.answers[code]) == holdings.answers[code]
        except Invalid:
            same = False
        yield VersionEffect("question", code, question.label, "kept" if same else "again")
    for code, question in asked.items():
        if code not in known:
            yield VersionEffect("question", code, question.label, "gained")


def _approvals(old: Programme, new: Programme, stage: Stage, holdings: CaseHoldings) -> Iterator[VersionEffect]:
    """An approval holds for the step as it was read; where the step is another one it must be given anew."""
    for action in old.actions:
        if action.code in holdings.approvals:
            same = new.find_action(action.code) == action and stage.code in action.from_
            yield VersionEffect("approval", action.code, action.label, "kept" if same else "lost")


def _titles(items: Iterable[Any]) -> dict[str, Bilingual]:
    return {item.code: item.title for item in items}


def _labels(items: Iterable[Any]) -> dict[str, Bilingual]:
    return {item.code: item.label for item in items}
