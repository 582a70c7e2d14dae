"""Who may supply what to a case, when, and what becomes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.cases.domain.state import CaseState
from app.kit.actor import Actor, ActorKind
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.i18n import Bilingual, _
from app.programmes.domain.definition import Programme
from app.programmes.domain.supplied import MaterialTemplate, Question, Supplied


class MaterialState(StrEnum):
    """What became of a document that serves a material."""

    SUPPLIED = "supplied"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REMOVED = "removed"


class CorrectionKind(StrEnum):
    """What an item of a correction is about."""

    MATERIAL = "material"
    QUESTION = "question"
    OTHER = "other"


class SubmittedCaseStatus(Protocol):
    """Anything that tells where a case stands."""

    @property
    def state(self) -> str:
        """One of `CaseState`."""
        ...

    @property
    def stage(self) -> str:
        """The code of its stage."""
        ...

    @property
    def submitted_on(self) -> object:
        """The day it was handed in, None before."""
        ...


@dataclass(frozen=True)
class CorrectionRequest:
    """One thing to be corrected, as it is asked: a material, a question or (empty code) anything else."""

    kind: CorrectionKind
    code: str
    remark: str


def material_of(programme: Programme, code: str) -> MaterialTemplate:
    """The material `code` of the case's version; raises `NotFound` for one that the version does not know."""
    found = next((template for template in programme.materials if template.code == code), None)
    if found is None:
        raise NotFound("case.material.unknown", _("这个培育通道版本没有这项材料。"))
    return found


def question_of(programme: Programme, code: str) -> Question:
    """The question `code` of the case's version; raises `NotFound` for one that the version does not know."""
    found = next((question for question in programme.questions if question.code == code), None)
    if found is None:
        raise NotFound("case.question.unknown", _("这个培育通道版本没有这个问题。"))
    return found


def subject_of(programme: Programme, kind: str, code: str) -> Bilingual | None:
    """What an item of a correction is about: the material's title or the question's words; None for anything else."""
    if kind == CorrectionKind.MATERIAL:
        return material_of(programme, code).title
    if kind == CorrectionKind.QUESTION:
        return question_of(programme, code).label
    return None


def may_supply(programme: Programme, case: SubmittedCaseStatus, item: Supplied, actor: Actor, *, asked: bool) -> bool:
    """Whether `decide_supply` would let `actor` supply `item`."""
    return _obstacle(programme, case, item, actor, asked=asked) is None


def decide_supply(
    programme: Programme, case: SubmittedCaseStatus, item: Supplied, actor: Actor, *, asked: bool
) -> None:
    """Raise unless `actor` may supply, change or take back `item` now. `asked`: it is missing, returned or being corrected.

    What the firm handed in stays as it is while the bureau looks at it; what the bureau supplies is not the firm's.
    """
    obstacle = _obstacle(programme, case, item, actor, asked=asked)
    if obstacle is not None:
        raise obstacle


def _obstacle(
    programme: Programme, case: SubmittedCaseStatus, item: Supplied, actor: Actor, *, asked: bool
) -> Conflict | Forbidden | None:
    if case.state != CaseState.OPEN:
        return Conflict("case.closed", _("该件已办结，不能再改动。"))
    if actor.kind is not ActorKind.ENTERPRISE:
        return None
    if item.supplied_by != "enterprise":
        return Forbidden("case.supply.bureau", _("这一项由市科技局提供，企业无需填写。"))
    if case.submitted_on is None or asked or programme.stage(case.stage).turn == "enterprise":
        return None
    return Conflict("case.supply.handed_in", _("申报已提交，正在审查。如需更改，请联系经办人退回补正。"))


def decide_verdict_on(state: str) -> None:
    """Raise unless a material in this state may be accepted or returned."""
    if state == MaterialState.REMOVED:
        raise Conflict("case.material.removed", _("这份材料已被撤回，请刷新页面。"))


def check_asked(programme: Programme, asked: Iterable[CorrectionRequest]) -> None:
    """Raise unless every item names what the version knows, is the firm's to supply, and says what is wrong."""
    items = tuple(asked)
    if not items:
        message = _("请至少写明一项需要补正的内容。")
        raise Invalid("case.correction.empty", message, {"items": message})
    for item in items:
        supplied = _supplied(programme, item)
        if supplied is not None and supplied.supplied_by != "enterprise":
            raise Forbidden("case.correction.bureau", _("这一项由市科技局提供，不能要求企业补正。"))
        if not item.remark.strip():
            message = _("请写明哪里不对、怎样改。")
            raise Invalid("case.correction.remark", message, {"items": message})


def _supplied(programme: Programme, item: CorrectionRequest) -> Supplied | None:
    if item.kind is CorrectionKind.MATERIAL:
        return material_of(programme, item.code)
    return question_of(programme, item.code) if item.kind is CorrectionKind.QUESTION else None
