"""培育通道 · 批次: announcing a round and setting the cut-offs; open cases are dated with them."""

from collections.abc import Sized

from starlette.responses import Response

from app.cases.service.milestones import date_round
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.kit.i18n import _, ngettext
from app.programmes import actions
from app.programmes.schemas import NewRoundInput, RoundInput
from app.programmes.service.rounds import add_round, set_round
from app.web.programmes.list import build_page
from app.web.programmes.rounds import RoundsPanel, rounds_panel

router = GuardedRouter(door="web", prefix="/programmes/{code}/rounds")


@router.post("", action=actions.SET_ROUND)
def add_round_route(call: Call, code: str) -> Response:
    """Announce a round that the file does not know."""
    return call.submit(
        NewRoundInput,
        lambda values: add_round(call.session, **call.by, code=code, values=values),
        done=lambda row: call.redirect(
            f"/programmes/{code}/rounds", good=_("已新增批次“%(title)s”。") % {"title": row.title_zh}
        ),
        again=lambda bound: _refused(call, code, rounds_panel(call.session, code, call.on, may_set=True, new=bound)),
    )


@router.post("/{year}/{round_code}", action=actions.SET_ROUND)
def set_round_route(call: Call, code: str, year: int, round_code: str) -> Response:
    """Set a round's cut-offs, and date the milestones of its open cases that waited for them."""

    def set_and_date(values: RoundInput) -> Sized:
        set_round(call.session, **call.by, code=code, year=year, round_code=round_code, values=values)
        return date_round(call.session, **call.by, programme_code=code, year=year, round_code=round_code)

    return call.submit(
        RoundInput,
        set_and_date,
        done=lambda dated: call.redirect(f"/programmes/{code}/rounds", good=_dated(len(dated))),
        again=lambda bound: _refused(
            call, code, rounds_panel(call.session, code, call.on, may_set=True, changed=((year, round_code), bound))
        ),
    )


def _refused(call: Call, code: str, panel: RoundsPanel) -> Response:
    return call.render(
        "web/programmes/programme.html",
        build_page(call.session, call.actor, call.now, (code, "", "rounds"), panel),
    )


def _dated(n: int) -> str:
    if not n:
        return _("截止日已保存。")
    return ngettext(
        "截止日已保存，%(n)s 件在办件的节点已据此排定。", "截止日已保存，%(n)s 件在办件的节点已据此排定。", n
    ) % {"n": n}
