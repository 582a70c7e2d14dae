"""Moving a case to a newer version of its programme: what differs, what the case keeps, gains and loses, then the step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases import actions, queries
from app.cases.domain.state import CaseState
from app.cases.domain.version_change import Kind, VersionChange, VersionEffect, stages_to_choose
from app.cases.models import CaseFile
from app.cases.schemas import ChangeVersion
from app.cases.service.versions import change_version, list_newer_versions, preview_version
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.differences import SectionChanges
from app.kit.errors import Conflict
from app.kit.i18n import N_, _
from app.kit.permissions import can
from app.programmes.differences import compare
from app.programmes.domain.definition import Programme
from app.programmes.domain.supplied import MaterialTemplate, Question
from app.programmes.queries import Catalogue, load_catalogue, load_names
from app.web.shared.difference_words import kind_badges

router = GuardedRouter(door="web", prefix="/cases/{number}/version")

KINDS: dict[Kind, str] = {
    "stage": N_("所处阶段"),
    "action": N_("可办步骤"),
    "material": N_("材料"),
    "question": N_("填报问题"),
    "clock": N_("办理时限"),
    "duty": N_("义务"),
    "milestone": N_("节点"),
    "approval": N_("审签"),
}
OUTCOMES = {
    "kept": ("good", N_("保留")),
    "gained": ("info", N_("新增")),
    "lost": ("late", N_("不再适用")),
    "again": ("wait", N_("须重新填报")),
}
LOST = {
    "stage": N_("该件改列入下面的阶段"),
    "action": N_("不再能办"),
    "material": N_("留在案卷和证据库中，不再计入"),
    "question": N_("答复留在案卷中，不再计入"),
    "clock": N_("今天截止，不再计时"),
    "duty": N_("今天起免除"),
    "milestone": N_("随换版失效"),
    "approval": N_("失效，须重新审签"),
}
GAINED = {
    "clock": N_("今天起计时"),
    "duty": N_("今天起产生"),
    "milestone": N_("今天建立"),
}
#: What changes stands above what stays.
ORDER = {"lost": 0, "again": 1, "gained": 2, "kept": 3}


@dataclass(frozen=True)
class EffectLine:
    """What becomes of one thing of the case."""

    kind: str
    title: str
    badge: tuple[str, str]
    note: str


@dataclass(frozen=True)
class VersionPage:
    """The change to be decided. `stages` are to choose from where the present one is gone; `effects` wait for the choice."""

    case: CaseFile
    old: Programme
    new: Programme
    versions: tuple[tuple[str, str], ...]
    stages: tuple[tuple[str, str], ...]
    stage: str
    effects: tuple[EffectLine, ...]
    sections: tuple[SectionChanges, ...]
    kinds: dict[str, tuple[str, str]]
    form: Bound[Any]


@router.get("", action=actions.CHANGE_VERSION)
def version_page(
    call: Call,
    number: str,
    to: Annotated[str, Query(max_length=16)] = "",
    stage: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The difference to the newest version, or to the one chosen."""
    case = queries.get_visible_to(call.session, call.actor, number)
    return call.render("web/cases/version.html", _page(call.session, case, call.now, to, stage, empty()))


@router.post("", action=actions.CHANGE_VERSION)
def version_route(call: Call, number: str) -> Response:
    """Move the case."""
    return call.submit(
        ChangeVersion,
        lambda given: change_version(call.session, **call.by, number=number, command=given),
        done=lambda done: call.redirect(
            f"/cases/{number}",
            good=_("已换用版本 %(version)s，变动已记入时间线。") % {"version": done.programme_version},
        ),
        again=lambda bound: call.render(
            "web/cases/version.html",
            _page(
                call.session,
                queries.get_visible_to(call.session, call.actor, number),
                call.now,
                *(str(bound.raw.get("programme_version") or ""), str(bound.raw.get("stage") or "")),
                bound,
            ),
        ),
    )


def _page(session: Session, case: CaseFile, now: datetime, to: str, stage: str, form: Bound[Any]) -> VersionPage:
    catalogue = load_catalogue(session)
    newer = list_newer_versions(catalogue, case, today(now))
    if case.state != CaseState.OPEN or not newer:
        raise Conflict("case.version.not_newer", _("该件已办结，或已在最新的版本上，不能换用版本。"))
    new = next((version for version in newer if version.version == to), newer[0])
    old = catalogue.get(case.programme_code, case.programme_version)
    choices = stages_to_choose(new, case.stage)
    target = choices[0].code if len(choices) == 1 else stage
    change = None
    if any(choice.code == target for choice in choices):
        change = preview_version(session, case=case, new=new, target=target)
    sections = compare(old, new, load_names(session))
    return VersionPage(
        case=case,
        old=old,
        new=new,
        versions=tuple((version.version, version.version) for version in newer),
        stages=tuple((choice.code, str(choice.name)) for choice in choices) if len(choices) > 1 else (),
        stage=target,
        effects=tuple(_lines(change)) if change else (),
        sections=tuple(section for section in sections if section.changes),
        kinds=kind_badges(),
        form=form,
    )


def _lines(change: VersionChange) -> list[EffectLine]:
    badges = {outcome: (state, _(word)) for outcome, (state, word) in OUTCOMES.items()}
    return [
        EffectLine(
            kind=_(KINDS[effect.kind]),
            title=str(effect.title),
            badge=badges[effect.outcome],
            note=_note(change.new, effect),
        )
        for effect in sorted(change.effects, key=lambda effect: ORDER[effect.outcome])
    ]


def _note(new: Programme, effect: VersionEffect) -> str:
    """What it means: how it ends, or from when or for which step it is asked for."""
    if effect.outcome == "lost":
        return _(LOST[effect.kind])
    if effect.outcome != "gained":
        return ""
    supplied: dict[Kind, Sequence[MaterialTemplate | Question]] = {"material": new.materials, "question": new.questions}
    for item in supplied.get(effect.kind, ()):
        action = new.find_action(item.needed_for)
        if item.code == effect.code and action is not None:
            return _("用于步骤“%(step)s”") % {"step": action.label}
    return _(GAINED[effect.kind]) if effect.kind in GAINED else ""


def newer_version(catalogue: Catalogue, actor: Actor, case: CaseFile, on: date) -> str:
    """The newest version that the actor may move the case to, or ""."""
    if case.state != CaseState.OPEN or not can(actor, actions.CHANGE_VERSION):
        return ""
    return next((version.version for version in list_newer_versions(catalogue, case, on)), "")
