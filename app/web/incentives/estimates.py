"""政策奖补 · 测算: how the amount of an entitlement is found, and what was decided about taking an incentive back."""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.enterprises.models import Enterprise
from app.enterprises.queries import get_by_uscc_visible_to
from app.incentives import actions
from app.incentives.queries import awards, entitlements, schemes
from app.incentives.queries.entitlements import Entitlement, EntitlementScope
from app.incentives.queries.schemes import parsed
from app.incentives.schemas import ReviewInput
from app.incentives.service import clawback
from app.incentives.service.calculation import calculate_entitlement
from app.incentives.service.computation import computation
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.permissions import Place, can
from app.policies.queries import get_catalogue
from app.web.incentives.computation import ComputationView, computation_view
from app.web.incentives.lines import IncentiveLine, advisory, entitlement_line, firm_lines

router = GuardedRouter(door="web", prefix="/incentives")


@dataclass(frozen=True)
class EstimatePage:
    """One entitlement: how its amount is found, and what it gets beside others of the same purpose."""

    advisory: str
    line: IncentiveLine
    computation: ComputationView
    others: tuple[IncentiveLine, ...]
    may_recommend: bool


@router.get("/estimate", action=actions.READ)
def estimate_page(call: Call, uscc: str = "", scheme: str = "", fact: str = "") -> Response:
    enterprise = get_by_uscc_visible_to(call.session, call.actor, uscc)
    item = find_entitled(call.session, enterprise, scheme, fact)
    if item is None:
        raise NotFound("incentive.not_entitled", _("没有符合这项政策的事由，或已经推荐过。"))
    lines = firm_lines(call.session, enterprise, schemes.list_families(call.session, enterprise.region_code))
    view = computation_of(call.session, item)
    line = next((line for line in lines if line.detail_url == entitlement_line(item, "").detail_url), None)
    page = EstimatePage(
        advisory=advisory(),
        line=line or entitlement_line(item, view.amount),
        computation=view,
        others=tuple(other for other in lines if other is not line),
        may_recommend=can(call.actor, actions.RECOMMEND, Place(enterprise.region_code, enterprise.id)),
    )
    return call.render("web/incentives/estimate.html", page)


def find_entitled(session: Session, enterprise: Enterprise, scheme: str, fact: str) -> Entitlement | None:
    """The entitlement of a firm by one fact, if nobody has acted on it."""
    family = schemes.get_family(session, scheme)
    scope = EntitlementScope(enterprise_id=enterprise.id, trigger_key=fact)
    found = entitlements.list_entitlements(session, [family], scope)
    return found[0] if found else None


def computation_of(session: Session, item: Entitlement) -> ComputationView:
    """How its amount is found, as of what is known today for the day of the fact."""
    kept = computation(calculate_entitlement(session, item), item.version, item.triggered_on)
    return computation_view(kept, get_catalogue(session))


# -- taking back ------------------------------------------------------------------------------------------------------------------


@router.post("/{public_id}/clawback", action=actions.CLAW_BACK)
def review(call: Call, public_id: str) -> Response:
    found = awards.get_visible_to(call.session, call.actor, public_id)
    name = str(parsed(found.scheme_version).name)
    return call.submit(
        ReviewInput,
        lambda given: clawback.review(call.session, **call.by, incentive=found, given=given, scheme_name=name),
        done=lambda _done: call.redirect(f"/incentives/{public_id}", good=_("核查结论已登记。")),
        again=lambda bound: call.redirect(
            f"/incentives/{public_id}#clawback",
            bad="；".join([*bound.summary, *(message for reported in bound.errors.values() for message in reported)]),
        ),
    )
