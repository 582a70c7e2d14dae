"""Warnings that an incentive may have to be taken back, as people read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.incentives.domain.clawback import OUTCOME_LABELS, Ground, ReviewOutcome, conditions
from app.incentives.domain.scheme import CLAWBACK_LABELS, Clawback, ClawbackKind, Scheme
from app.incentives.models import ClawbackReview
from app.incentives.queries.clawback import Warned
from app.incentives.queries.schemes import parsed
from app.incentives.words import yuan
from app.kit.i18n import N_, Bilingual, _

_HAPPENED = {
    ClawbackKind.REVOKED: N_("证书已撤销"),
    ClawbackKind.MOVED_AWAY: N_("企业已迁出本地"),
    ClawbackKind.RETIRED: N_("企业已停用或注销"),
}


@dataclass(frozen=True)
class WarningLine:
    """One ground for taking an incentive back: what happened, what the scheme says, where it is decided."""

    enterprise_name: str
    scheme_name: str
    kind: str
    happened: str
    since: date | None
    rule: str
    amount: str
    url: str


@dataclass(frozen=True)
class ReviewLine:
    """What was decided about a ground."""

    row: ClawbackReview
    kind: str
    outcome: str


def warning_lines(warned: Sequence[Warned]) -> list[WarningLine]:
    """The warnings, in their order."""
    return [_line(item) for item in warned]


def _line(item: Warned) -> WarningLine:
    incentive, ground = item.incentive, item.ground
    fen = incentive.amount_fen
    return WarningLine(
        enterprise_name=incentive.enterprise.name,
        scheme_name=str(parsed(incentive.scheme_version).name),
        kind=ground.kind.value,
        happened=_(_HAPPENED[ground.kind]),
        since=ground.since,
        rule=_rule(ground),
        amount=yuan(fen) if fen is not None else _("未定"),
        url=f"/incentives/{incentive.public_id}#clawback",
    )


def _rule(ground: Ground) -> str:
    if ground.condition is None:
        return _("政策未写明追回条件，请核对文件")
    return condition_text(ground.condition)


def condition_text(condition: Clawback) -> str:
    """`证书被撤销（3 年内）`."""
    words = _(CLAWBACK_LABELS[condition.kind]) if condition.text is None else str(condition.text)
    if condition.within_years is None:
        return words
    return _("%(what)s（%(n)s 年内）") % {"what": words, "n": condition.within_years}


def clawback_texts(scheme: Scheme) -> tuple[str, ...]:
    """The claw-back conditions of a scheme in words, whichever way it states them."""
    if isinstance(scheme.clawback, Bilingual):
        return (str(scheme.clawback),)
    return tuple(condition_text(condition) for condition in conditions(scheme))


def review_line(row: ClawbackReview) -> ReviewLine:
    """What was decided, in words."""
    return ReviewLine(row, _(CLAWBACK_LABELS[ClawbackKind(row.kind)]), _(OUTCOME_LABELS[ReviewOutcome(row.outcome)]))
