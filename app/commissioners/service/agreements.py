"""Writing agreements: sign, correct, end early. Each is an event of the expert, seen on the enterprise's side too."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commissioners import actions, events, queries
from app.commissioners.domain import AgreementTerm, EndReason, check_early_end, check_no_overlap, check_term
from app.commissioners.models import Commissioner, CommissionerProgramme, ServiceAgreement
from app.commissioners.schemas import AgreementInput, EndInput
from app.commissioners.service.people import subject_of
from app.enterprises.models import Enterprise
from app.enterprises.queries import gone_words
from app.journal.domain import diff
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.kit.permissions import Place, require

_FIELDS = ("programme_code", "number", "starts_on", "ends_on", "aim", "mode", "amount_fen")


def sign(
    session: Session,
    *,
    actor: Actor,
    commissioner: Commissioner,
    enterprise: Enterprise,
    terms: AgreementInput,
    now: datetime,
) -> ServiceAgreement:
    """Record an agreement; refuses a retired side, a firm that was gone when it begins, a term that ends before it begins, and an overlap."""
    _require_both(actor, commissioner, enterprise)
    _check_active(session, commissioner, enterprise, terms)
    programme = queries.get_programme(session, terms.programme_code)
    _lock(session, commissioner)
    _check_terms(session, commissioner, enterprise.id, terms, but=None)
    agreement = ServiceAgreement(
        commissioner_id=commissioner.id,
        enterprise_id=enterprise.id,
        **_values(terms),
        created_at=now,
        created_by=actor.name,
    )
    session.add(agreement)
    _touch(session, commissioner, now)
    changes = diff({}, {name: value for name, value in _snapshot(agreement, programme).items() if value})
    _record(session, actor, now, events.AGREEMENT_SIGNED, agreement, changes)
    return agreement


def correct(
    session: Session,
    *,
    actor: Actor,
    commissioner: Commissioner,
    agreement: ServiceAgreement,
    terms: AgreementInput,
    now: datetime,
) -> ServiceAgreement:
    """Correct the terms of an agreement that has not been ended early; the same rules as for a new one."""
    _require_both(actor, commissioner, agreement.enterprise)
    if agreement.ended_on is not None:
        raise Conflict("commissioner.agreement.ended", _("这份协议已提前终止，不能再修改。"))
    programme = queries.get_programme(session, terms.programme_code)
    _lock(session, commissioner)
    _check_terms(session, commissioner, agreement.enterprise_id, terms, but=agreement.id)
    before = _snapshot(agreement, agreement.programme)
    for name, value in _values(terms).items():
        setattr(agreement, name, value)
    changes = diff(before, _snapshot(agreement, programme))
    if changes:
        _touch(session, commissioner, now)
        _record(session, actor, now, events.AGREEMENT_CHANGED, agreement, changes)
    return agreement


def end_early(
    session: Session,
    *,
    actor: Actor,
    commissioner: Commissioner,
    agreement: ServiceAgreement,
    given: EndInput,
    now: datetime,
) -> ServiceAgreement:
    """End an agreement before its last day, with the reason; one recorded in error counts as never in effect."""
    _require_both(actor, commissioner, agreement.enterprise)
    if agreement.ended_on is not None:
        raise Conflict("commissioner.agreement.ended", _("这份协议已提前终止，不能再次终止。"))
    ended_on = _end_day(agreement, given)
    check_early_end(ended_on, agreement.starts_on, agreement.ends_on)
    before = _ending(agreement)
    agreement.ended_on, agreement.end_reason = ended_on, given.end_reason.value
    agreement.end_note = given.end_note
    _touch(session, commissioner, now)
    changes = diff(before, _ending(agreement))
    _record(session, actor, now, events.AGREEMENT_ENDED, agreement, changes)
    return agreement


def running_agreements(session: Session, enterprise_id: int, on: date) -> list[str]:
    """A firm whose agreements still run stays: each expert is named, so that the agreement can be ended first."""
    running = queries.list_running(session, enterprise_id, on)
    return [_("还有科技专员 %(name)s 的服务协议") % {"name": agreement.commissioner.name} for agreement in running]


def _end_day(agreement: ServiceAgreement, given: EndInput) -> date:
    if given.end_reason is EndReason.RECORDED_IN_ERROR:
        return agreement.starts_on - timedelta(days=1)
    if given.ended_on is None:
        message = _("请填写提前终止日。")
        raise Invalid("commissioner.agreement.ended_on.missing", message, {"ended_on": message})
    return given.ended_on


def _require_both(actor: Actor, commissioner: Commissioner, enterprise: Enterprise) -> None:
    require(actor, actions.AGREE, commissioner)
    require(actor, actions.AGREE, Place(enterprise.region_code, enterprise.id))


def _check_active(session: Session, commissioner: Commissioner, enterprise: Enterprise, terms: AgreementInput) -> None:
    if commissioner.disabled_on is not None:
        raise Conflict("commissioner.retired", _("这位专家已停用，请先恢复，再登记协议。"))
    if enterprise.disabled_on is not None:
        message = _("该企业已停用，不能再登记协议。")
        raise Conflict("commissioner.agreement.enterprise_retired", message, {"uscc": message})
    if (gone := gone_words(session, enterprise)) and (enterprise.business_status_on or date.min) <= terms.starts_on:
        message = _("该企业%(gone)s，此后不能再起始服务协议。") % {"gone": gone}
        raise Conflict("commissioner.agreement.enterprise_gone", message, {"uscc": message})


def _lock(session: Session, commissioner: Commissioner) -> None:
    """Two officers who record agreements of one expert at the same moment take turns."""
    session.execute(select(Commissioner.id).where(Commissioner.id == commissioner.id).with_for_update())


def _check_terms(
    session: Session, commissioner: Commissioner, enterprise_id: int, terms: AgreementInput, *, but: int | None
) -> None:
    check_term(terms.starts_on, terms.ends_on)
    others = session.execute(
        select(ServiceAgreement.starts_on, ServiceAgreement.ends_on, ServiceAgreement.ended_on).where(
            ServiceAgreement.commissioner_id == commissioner.id,
            ServiceAgreement.enterprise_id == enterprise_id,
            ServiceAgreement.programme_code == terms.programme_code,
            ServiceAgreement.id != (but or 0),
        )
    )
    check_no_overlap(AgreementTerm(terms.starts_on, terms.ends_on), [AgreementTerm.of(*row) for row in others])


def _values(terms: AgreementInput) -> dict[str, Any]:
    return {name: getattr(terms, name) for name in _FIELDS} | {"mode": terms.mode.value}


def _snapshot(agreement: ServiceAgreement, programme: CommissionerProgramme) -> dict[str, Any]:
    reported = {name: getattr(agreement, name) for name in _FIELDS if name != "programme_code"}
    return {"programme": programme.name["zh"]} | reported


def _ending(agreement: ServiceAgreement) -> dict[str, Any]:
    return {name: getattr(agreement, name) for name in ("ended_on", "end_reason", "end_note")}


def _touch(session: Session, commissioner: Commissioner, now: datetime) -> None:
    """The expert's record carries the time of its newest part, so that exports notice the change."""
    commissioner.updated_at = now
    session.flush()


def _record(
    session: Session, actor: Actor, now: datetime, event: str, agreement: ServiceAgreement, changes: dict[str, Any]
) -> None:
    enterprise = agreement.enterprise
    record(
        session,
        actor=actor,
        now=now,
        type=event,
        subject=subject_of(agreement.commissioner, enterprise.id),
        changes=changes,
        data={"enterprise": enterprise.name, "uscc": enterprise.uscc, "agreement": agreement.id},
    )
