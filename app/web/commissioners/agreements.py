"""Agreements of an expert: sign, correct, end early."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.commissioners import actions, queries
from app.commissioners.domain import END_REASON_LABELS, MODE_LABELS, EndReason, ServiceMode
from app.commissioners.models import Commissioner, ServiceAgreement
from app.commissioners.schemas import AgreementInput, EndInput, SignInput
from app.commissioners.service import agreements
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.enterprises.models import Enterprise
from app.enterprises.queries import find_by_uscc_visible_to
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.i18n import Bilingual, _
from app.web.shared.commissioner_words import Choices, programme_name

router = GuardedRouter(door="web", prefix="/commissioners/{public_id}/agreements")


@dataclass(frozen=True)
class AgreementFormPage:
    """The form of an agreement; `agreement` is None for a new one."""

    commissioner: Commissioner
    agreement: ServiceAgreement | None
    form: Bound[Any]
    enterprise: Enterprise | None
    programmes: tuple[tuple[str, str, str], ...]
    modes: Choices


@dataclass(frozen=True)
class EndPage:
    """The question before an agreement ends early."""

    commissioner: Commissioner
    agreement: ServiceAgreement
    programme: str
    form: Bound[EndInput]
    reasons: Choices
    today: date


@router.get("/new", action=actions.AGREE)
def new_agreement_page(call: Call, public_id: str, uscc: str = "") -> Response:
    commissioner = queries.get_visible_to(call.session, call.actor, public_id)
    raw = {"uscc": uscc, "starts_on": call.on.isoformat(), "mode": ServiceMode.PART_TIME.value}
    return _form_page(call, commissioner, None, empty(raw))


@router.post("/new", action=actions.AGREE)
def sign_agreement(call: Call, public_id: str) -> Response:
    commissioner = queries.get_visible_to(call.session, call.actor, public_id)
    return call.submit(
        SignInput,
        lambda terms: agreements.sign(
            call.session,
            **call.by,
            commissioner=commissioner,
            enterprise=_enterprise(call.session, call.actor, terms.uscc),
            terms=terms,
        ),
        done=lambda done: call.redirect(
            f"/commissioners/{public_id}", good=_("已登记与“%(name)s”的服务协议。") % {"name": done.enterprise.name}
        ),
        again=lambda bound: _form_page(call, commissioner, None, bound),
    )


@router.get("/{agreement_id}/edit", action=actions.AGREE)
def edit_agreement_page(call: Call, public_id: str, agreement_id: int) -> Response:
    commissioner = queries.get_visible_to(call.session, call.actor, public_id)
    agreement = queries.get_agreement(call.session, commissioner, agreement_id)
    return _form_page(call, commissioner, agreement, empty(_raw(agreement)))


@router.post("/{agreement_id}/edit", action=actions.AGREE)
def correct_agreement(call: Call, public_id: str, agreement_id: int) -> Response:
    commissioner = queries.get_visible_to(call.session, call.actor, public_id)
    agreement = queries.get_agreement(call.session, commissioner, agreement_id)
    return call.submit(
        AgreementInput,
        lambda terms: agreements.correct(
            call.session, **call.by, commissioner=commissioner, agreement=agreement, terms=terms
        ),
        done=lambda _done: call.redirect(f"/commissioners/{public_id}", good=_("已保存。")),
        again=lambda bound: _form_page(call, commissioner, agreement, bound),
    )


@router.get("/{agreement_id}/end", action=actions.AGREE)
def end_agreement_page(call: Call, public_id: str, agreement_id: int) -> Response:
    commissioner = queries.get_visible_to(call.session, call.actor, public_id)
    agreement = queries.get_agreement(call.session, commissioner, agreement_id)
    return _end_page(call, commissioner, agreement, empty({"ended_on": call.on.isoformat()}))


@router.post("/{agreement_id}/end", action=actions.AGREE)
def end_agreement(call: Call, public_id: str, agreement_id: int) -> Response:
    commissioner = queries.get_visible_to(call.session, call.actor, public_id)
    agreement = queries.get_agreement(call.session, commissioner, agreement_id)
    return call.submit(
        EndInput,
        lambda given: agreements.end_early(
            call.session, **call.by, commissioner=commissioner, agreement=agreement, given=given
        ),
        done=lambda _done: call.redirect(f"/commissioners/{public_id}", good=_("服务协议已终止。")),
        again=lambda bound: _end_page(call, commissioner, agreement, bound),
    )


def _enterprise(session: Session, actor: Actor, uscc: str) -> Enterprise:
    """The chosen enterprise; raises NotFound beside the field when the code leads nowhere."""
    found = find_by_uscc_visible_to(session, actor, uscc)
    if found is None:
        message = _("没有找到该企业。请从列表中选择，或先登记企业。")
        raise NotFound("commissioner.agreement.enterprise", message, {"uscc": message})
    return found


def _raw(agreement: ServiceAgreement) -> dict[str, object]:
    fen = agreement.amount_fen
    return {
        "programme_code": agreement.programme_code,
        "number": agreement.number,
        "starts_on": agreement.starts_on.isoformat(),
        "ends_on": agreement.ends_on.isoformat(),
        "aim": agreement.aim,
        "mode": agreement.mode,
        "amount": "" if fen is None else f"{fen // 100}.{fen % 100:02d}",
    }


def _form_page(
    call: Call, commissioner: Commissioner, agreement: ServiceAgreement | None, form: Bound[Any]
) -> Response:
    uscc = str(form.raw.get("uscc") or "")
    chosen = (
        agreement.enterprise if agreement else find_by_uscc_visible_to(call.session, call.actor, uscc) if uscc else None
    )
    page = AgreementFormPage(
        commissioner=commissioner,
        agreement=agreement,
        form=form,
        enterprise=chosen,
        programmes=tuple(
            (item.code, programme_name(item), str(Bilingual.model_validate(item.source)))
            for item in queries.list_programmes(call.session)
        ),
        modes=tuple((item.value, _(MODE_LABELS[item])) for item in ServiceMode),
    )
    return call.render("web/commissioners/agreement.html", page)


def _end_page(call: Call, commissioner: Commissioner, agreement: ServiceAgreement, form: Bound[EndInput]) -> Response:
    page = EndPage(
        commissioner=commissioner,
        agreement=agreement,
        programme=programme_name(agreement.programme),
        form=form,
        reasons=tuple((item.value, _(END_REASON_LABELS[item])) for item in EndReason),
        today=call.on,
    )
    return call.render("web/commissioners/end.html", page)
