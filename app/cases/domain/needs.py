"""The one registry of what is missing before a step: every door shows it, and the decision refuses by it.

A need is `now` (the step is refused while it is open), `next` (the step after will insist on it) or `optional` (worth
having, not insisted on). Each says who supplies it; doors add where.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from app.cases.domain.supplies import Supplies, VerdictTally
from app.kit.i18n import Bilingual
from app.programmes.domain.citations import Citation
from app.programmes.domain.definition import OpinionGuard, Programme, StageAction
from app.programmes.domain.supplied import MaterialTemplate, Supplied

Level = Literal["now", "next", "optional"]
Supplier = Literal["enterprise", "bureau", "department"]
NeedKind = Literal[
    "material", "question", "correction", "milestone", "unmet", "unknown", "approval", "opinion", "rights", "field",
    "reason",
]  # fmt: skip
Problem = Literal["", "draft", "returned", "expired", "asked", "objected", "answered"]

_ORDER: dict[str, int] = {"now": 0, "next": 1, "optional": 2}
VERDICT_KINDS: frozenset[str] = frozenset({"unmet", "unknown"})
FORM_KINDS: frozenset[str] = frozenset({"field", "reason"})
#: What is worth knowing one step ahead; approvals and verdicts are only given for the step at hand.
_AHEAD: frozenset[str] = frozenset({"material", "question", "milestone", "opinion"})
_GRANTED = frozenset({"agree", "agree_with_remarks", "not_concerned"})


@dataclass(frozen=True)
class Need:
    """Something missing before a step. `code` names it within its kind, `count` is how many are missing.

    `problem` says what is wrong with what lies there already; `step` is the action that needs it.
    """

    kind: NeedKind
    step: str
    level: Level
    by: Supplier
    code: str = ""
    title: Bilingual | None = None
    year: int | None = None
    count: int = 1
    problem: Problem = ""
    due_on: date | None = None
    cites: tuple[Citation, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether the step is refused while this is open."""
        return self.level == "now"

    @property
    def in_form(self) -> bool:
        """Whether it is filled in when the step is taken, and so never holds up its button."""
        return self.kind in FORM_KINDS


def next_action(programme: Programme, stage: str) -> StageAction | None:
    """The step on the smooth run out of `stage`, whoever may take it."""
    return next((action for action in programme.actions_from(stage) if action.weight == "main"), None)


def needs_of(programme: Programme, action: StageAction, supplies: Supplies) -> tuple[Need, ...]:
    """What is missing before `action`, what the step after it will insist on, and what is optional; in that order."""
    found = list(_of_step(programme, action, supplies))
    after = next_action(programme, action.to)
    if after is not None and action.weight == "main":
        found += _ahead(found, _of_step(programme, after, supplies))
    return tuple(sorted(found, key=lambda need: (_ORDER[need.level], need.in_form)))


def insisted_on(programme: Programme, action: StageAction, supplies: Supplies) -> tuple[Need, ...]:
    """What `action` is refused for, apart from what its form asks for: `refusing` of its needs, with no look at the step after."""
    return refusing(_of_step(programme, action, supplies))


def is_refused(programme: Programme, action: StageAction, supplies: Supplies) -> bool:
    """Whether `insisted_on` names anything; looks no further than the first."""
    return any(need.blocks and not need.in_form for need in _of_step(programme, action, supplies))


def refusing(needs: Iterable[Need]) -> tuple[Need, ...]:
    """The needs for which the step is refused, apart from what its form asks for."""
    return tuple(need for need in needs if need.blocks and not need.in_form)


def waits_for(needs: Iterable[Need]) -> tuple[Need, ...]:
    """What is missing beforehand: the list without what is only filled in when the step is taken."""
    return tuple(need for need in needs if not need.in_form)


def _ahead(known: Iterable[Need], later: Iterable[Need]) -> Iterator[Need]:
    """Of the needs of the step after: what it insists on and what is not in the list already."""
    present = {(need.kind, need.code, need.year) for need in known}
    for need in later:
        if need.blocks and need.kind in _AHEAD and (need.kind, need.code, need.year) not in present:
            yield replace(need, level="next")


def _of_step(programme: Programme, action: StageAction, supplies: Supplies) -> Iterator[Need]:
    for kind in _KINDS:
        yield from kind(programme, action, supplies)


# -- what is supplied to the case ------------------------------------------------------------------------------------------


def _materials(programme: Programme, action: StageAction, supplies: Supplies) -> Iterator[Need]:
    returned = _held_up_by(action, supplies)
    for template in programme.materials:
        demanded = template.code in returned or _demanded(programme, action, template)
        if demanded and applies(template, supplies):
            yield from _material(template, action, supplies)


def _material(template: MaterialTemplate, action: StageAction, supplies: Supplies) -> Iterator[Need]:
    for year in years_of(template, supplies.year, supplies.founded_in):
        held = [item for item in supplies.materials if item.material == template.code and item.year == year]
        serving = sum(item.serves(supplies.on, must_be_valid=template.valid) for item in held)
        if serving < template.at_least:
            problem: Problem = ""
            if any(item.state == "returned" for item in held):
                problem = "returned"
            elif len(held) > serving:
                problem = "expired"
            yield Need(
                kind="material",
                step=action.code,
                level="now" if template.required else "optional",
                by=template.supplied_by,
                code=template.code,
                title=template.title,
                year=year,
                count=template.at_least - serving,
                problem=problem,
                cites=template.cites,
            )


def years_of(template: MaterialTemplate, case_year: int, founded_in: int | None = None) -> tuple[int | None, ...]:
    """The fiscal years for which the material is needed, the latest first; `(None,)` where it is not per year.

    A firm owes nothing for years before it was registered (认定工作指引 三: 实际经营期不满三年的按实际经营时间).
    """
    if not template.years:
        return (None,)
    years = range(case_year - 1, case_year - 1 - template.years, -1)
    return tuple(year for year in years if founded_in is None or year >= founded_in)


def years_open(
    template: MaterialTemplate, case_year: int, founded_in: int | None = None, *, named: bool
) -> tuple[int | None, ...]:
    """The years for which the material may be supplied: those of `years_of`.

    Where a firm owes none, it may still supply what is `named`: asked of it as a correction, or lying with the case.
    """
    return years_of(template, case_year, founded_in) or (years_of(template, case_year) if named else ())


def applies(item: Supplied, supplies: Supplies) -> bool:
    """Whether the case needs it at all: its condition, if any, holds by the answers handed in."""
    return item.when is None or supplies.answers.get(item.when.question) in item.when.answers


def _held_up_by(action: StageAction, supplies: Supplies) -> frozenset[str]:
    """The materials that were sent back: they hold up every step forward."""
    if action.weight != "main":
        return frozenset()
    return frozenset(item.material for item in supplies.materials if item.state == "returned")


def _demanded(programme: Programme, action: StageAction, item: Supplied) -> bool:
    """Whether `action` looks at it: it is needed for this step, or was for the submission that this one repeats."""
    if item.needed_for == action.code:
        return True
    if "submit" not in action.effects:
        return False
    first = programme.find_action(item.needed_for)
    return first is not None and "submit" in first.effects


def _questions(programme: Programme, action: StageAction, supplies: Supplies) -> Iterator[Need]:
    for question in programme.questions:
        if not _demanded(programme, action, question) or not applies(question, supplies):
            continue
        if supplies.answers.get(question.code, "").strip():
            continue
        yield Need(
            kind="question",
            step=action.code,
            level="now" if question.required else "optional",
            by=question.supplied_by,
            code=question.code,
            title=question.label,
            problem="draft" if question.code in supplies.drafts else "",
            cites=question.cites,
        )


def _corrections(_programme: Programme, action: StageAction, supplies: Supplies) -> Iterator[Need]:
    """The firm answers every item before it hands in again; the bureau settles every item before it goes on."""
    if action.weight != "main":
        return
    submits = "submit" in action.effects
    for item in supplies.corrections:
        if submits and item.answered:
            continue
        yield Need(
            kind="correction",
            step=action.code,
            level="now",
            by="bureau" if item.answered else "enterprise",
            code=str(item.id),
            title=Bilingual(zh=item.remark, en=item.remark),
            problem="answered" if item.answered else "",
            due_on=item.due_on,
        )


# -- what the bureau does --------------------------------------------------------------------------------------------------


def _milestones(programme: Programme, action: StageAction, supplies: Supplies) -> Iterator[Need]:
    """Those the step insists on; of the others made on the way, the ones that still wait are worth doing."""
    insisted = action.needs.milestones
    looks_back = action.weight == "main" and supplies.milestones_open
    worth = programme.made_before(action) if looks_back else frozenset()
    for template in programme.milestones:
        code = template.code
        waits = code in supplies.milestones_open
        missing = code in insisted and (waits or code not in supplies.milestones_done)
        if missing or (waits and code in worth):
            yield Need(
                kind="milestone",
                step=action.code,
                level="now" if missing else "optional",
                by="bureau",
                code=code,
                title=template.title,
                due_on=supplies.milestones_open.get(code),
                cites=template.cites,
            )


def _verdict(_programme: Programme, action: StageAction, supplies: Supplies) -> Iterator[Need]:
    guard = action.needs.verdict
    if guard is None or not supplies.verdicts_seen:
        return
    tally = supplies.verdicts.get(guard.policy, VerdictTally(unmet=0, unknown=1))
    level: Level = "now" if guard.mode == "require" else "optional"
    if tally.unmet:
        yield Need("unmet", action.code, level, "bureau", guard.policy, count=tally.unmet, cites=action.cites)
    if tally.unknown:
        yield Need("unknown", action.code, level, "bureau", guard.policy, count=tally.unknown, cites=action.cites)


def _approvals(_programme: Programme, action: StageAction, supplies: Supplies) -> Iterator[Need]:
    guard = action.needs.approvals
    if guard is None:
        return
    given = {held.officer_id for held in supplies.approvals if held.action == action.code and held.role in guard.by}
    if len(given) < guard.number:
        missing = guard.number - len(given)
        yield Need("approval", action.code, "now", "bureau", action.code, count=missing, cites=action.cites)


def _opinions(_programme: Programme, action: StageAction, supplies: Supplies) -> Iterator[Need]:
    for guard in action.needs.opinions:
        held = supplies.opinion_of(guard.department)
        outcome = held.outcome if held else ""
        if outcome in _GRANTED or (outcome and guard.mode == "advise"):
            continue
        problem: Problem = "objected" if outcome else "asked" if held else ""
        yield Need(
            kind="opinion",
            step=action.code,
            level="now" if guard.mode == "require" else "optional",
            by="department" if held else "bureau",
            code=guard.department,
            title=_department(guard, supplies),
            problem=problem,
            due_on=held.due_on if held else None,
            cites=action.cites,
        )


def _department(guard: OpinionGuard, supplies: Supplies) -> Bilingual:
    return supplies.departments.get(guard.department, guard.question)


def _rights(programme: Programme, action: StageAction, supplies: Supplies) -> Iterator[Need]:
    """Class II property on file of which none serves yet: no condition of the law, so never insisted on."""
    wanted = "submit" in action.effects and programme.uses_class_two
    if wanted and supplies.class_two_on_file and not supplies.class_two_chosen:
        yield Need("rights", action.code, "optional", "bureau")


def _form(_programme: Programme, action: StageAction, _supplies: Supplies) -> Iterator[Need]:
    """What the form of the step itself asks for."""
    by: Supplier = "bureau" if action.roles else "enterprise"
    for asked in action.needs.fields:
        level: Level = "now" if asked.required else "optional"
        yield Need("field", action.code, level, by, asked.code, asked.label)
    if action.needs.reason:
        yield Need("reason", action.code, "now", by)


_KINDS: tuple[Callable[[Programme, StageAction, Supplies], Iterator[Need]], ...] = (
    _corrections, _materials, _questions, _opinions, _milestones, _approvals, _verdict, _rights, _form,
)  # fmt: skip
