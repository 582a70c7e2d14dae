"""What an officer does with a batch: it goes out, it is withdrawn, what was given up or refused is sent again."""

from collections.abc import Callable

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.exchange.actions import HAND_OVER
from app.exchange.handovers.domain import ItemState
from app.exchange.handovers.listed import get_handover, list_item_ids
from app.exchange.handovers.service.steering import Retried, cancel, release, retry_items
from app.exchange.partners.domain import Transport
from app.exchange.partners.models import Partner
from app.exchange.records import BATCH
from app.kit.i18n import _, ngettext

router = GuardedRouter(door="web", prefix="/exchange/handovers")


@router.post("/{number}/release", action=HAND_OVER)
def release_batch(call: Call, number: str) -> Response:
    """By push it goes out from now on; as files it is noted as sent."""
    row = get_handover(call.session, number)
    reported = _("已登记为送出，等对方的回执表。") if row.transport == Transport.FILES else _("已开始推送，进度见下。")

    def work() -> str:
        release(call.session, **call.by, handover=row)
        return reported

    return _step(call, number, work)


@router.post("/{number}/cancel", action=HAND_OVER)
def cancel_batch(call: Call, number: str) -> Response:
    """What was not sent is withdrawn."""
    row = get_handover(call.session, number)

    def work() -> str:
        n = cancel(call.session, **call.by, handover=row)
        return ngettext("已撤销 %(num)s 条，可以重新报送。", "已撤销 %(num)s 条，可以重新报送。", n) % {"num": n}

    return _step(call, number, work)


@router.post("/{number}/retry", action=HAND_OVER)
def retry_batch(call: Call, number: str) -> Response:
    """What was given up is tried again, a thousand records at a time."""
    return _again(call, number, ItemState.PARKED)


@router.post("/{number}/resend", action=HAND_OVER)
def resend_batch(call: Call, number: str) -> Response:
    """What was refused goes again as it is now, a thousand records at a time."""
    return _again(call, number, ItemState.REJECTED)


def _again(call: Call, number: str, state: ItemState) -> Response:
    row = get_handover(call.session, number)
    partner = call.session.get_one(Partner, row.partner_id)
    ids = list_item_ids(call.session, row.id, state, limit=BATCH)
    return _step(
        call,
        number,
        lambda: again_words(retry_items(call.session, **call.by, partner=partner, item_ids=ids)),
    )


def again_words(done: Retried) -> str:
    """What sending again brought, in a sentence."""
    parts = []
    if done.parked:
        parts.append(ngettext("已重新排队 %(num)s 条。", "已重新排队 %(num)s 条。", done.parked) % {"num": done.parked})
    if done.handovers:
        numbers = _("、").join(one.number for one in done.handovers)
        parts.append(_("已另起批次 %(numbers)s 重报。") % {"numbers": numbers})
    return "".join(parts) or _("没有需要重报的：已经有更新的版本送出。")


def _step(call: Call, number: str, work: Callable[[], str]) -> Response:
    """Do it in a savepoint and tell on the batch's page how that went."""
    return call.act(work, f"/exchange/handovers/{number}", good=str)
