"""What an officer asks for, checked: a partner, a resource it gets, records that are there."""

from sqlalchemy.orm import Session

from app.exchange.actions import HAND_OVER
from app.exchange.comparison.models import Reconciliation
from app.exchange.handovers.domain import BatchBasis
from app.exchange.handovers.schemas import PrepareHandover
from app.exchange.handovers.service.selecting import PROGRAMME, RecordSelection, count_candidates, missing_keys
from app.exchange.partners.models import Partner
from app.exchange.partners.queries import get_partner
from app.exchange.plans import plans_of
from app.exchange.records import RecordPlan
from app.kit.actor import Actor
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.permissions import Place, require

#: Records that may be chosen one by one for a batch.
MOST_CHOSEN = 10_000
_NAMED = 10


def scope_of(session: Session, actor: Actor, command: PrepareHandover) -> RecordSelection:
    """What the command is about; raises `NotFound` for an unknown partner, `Invalid` for records that it does not get.

    A batch and its pre-flight hold all that the partner gets: the actor's region must hold the partner's (`Forbidden`).
    """
    partner = get_partner(session, command.partner)
    require(actor, HAND_OVER, Place(partner.region_prefix))
    plan = plan_for(partner, command.resource)
    if command.programme and PROGRAMME not in plan.source.columns:
        raise _invalid("programme", _("这类记录不分培育通道。"))
    return RecordSelection(partner, plan, command.programme, tuple(dict.fromkeys(command.keys)), command.reconciliation)


def plan_for(partner: Partner, resource: str) -> RecordPlan:
    """How the partner gets `resource`; raises `Invalid` where it does not."""
    plan = plans_of(partner.definition, partner.definition_version).get(resource)
    if plan is None or resource not in partner.resources:
        raise _invalid("resource", _("不向“%(name)s”报送这类记录。") % {"name": partner.name})
    return plan


def check_order(session: Session, scope: RecordSelection, basis: BatchBasis) -> None:
    """Raises `Invalid` naming chosen records that are not there, a reconciliation without open differences, a basis of the system's."""
    check = _CHECKS.get(basis)
    if check is not None:
        check(session, scope)


def _check_keys(session: Session, scope: RecordSelection) -> None:
    if not scope.keys:
        raise _invalid("keys", _("请先选择要报送的记录。"))
    if len(scope.keys) > MOST_CHOSEN:
        raise _invalid("keys", _("一次最多选择 %(n)s 条记录。") % {"n": MOST_CHOSEN})
    missing = missing_keys(session, scope, scope.keys)
    if missing:
        shown = _("、").join(missing[:_NAMED]) + ("…" if len(missing) > _NAMED else "")
        message = _("以下 %(n)s 条记录不存在，或不在对方辖区内：%(keys)s") % {"n": len(missing), "keys": shown}
        raise _invalid("keys", message)


def _check_reconciliation(session: Session, scope: RecordSelection) -> None:
    found = session.get(Reconciliation, scope.reconciliation) if scope.reconciliation is not None else None
    if found is None or (found.partner_id, found.resource) != (scope.partner.id, scope.plan.resource):
        raise _invalid("reconciliation", _("没有这次对账，或它不是与该对方就这类记录所做。"))
    if not count_candidates(session, scope, BatchBasis.DIFFERING):
        raise _invalid("reconciliation", _("这次对账没有待报送的差异。"))


def _check_followed(_session: Session, _scope: RecordSelection) -> None:
    raise _invalid("basis", _("自动报送的批次由系统生成。"))


_CHECKS = {
    BatchBasis.CHOSEN: _check_keys,
    BatchBasis.DIFFERING: _check_reconciliation,
    BatchBasis.FOLLOWED: _check_followed,
}


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(f"handover.{field}", message, {field: message})
