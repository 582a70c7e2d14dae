"""The routes of a person's own notices, the same behind both doors; each door brings its router and its templates."""

from typing import Annotated

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.entrance import Door
from app.doors.calls.router import GuardedRouter
from app.doors.lists.query import ListQuery
from app.doors.notices.notices import LIST, build_inbox, build_settings, inbox_url, read_settings
from app.kit.i18n import _
from app.notices.actions import OWN
from app.notices.service.inbox import mark_all_read, mark_read
from app.notices.service.settings import renew_feed, save_settings, stop_feed


def notice_router(door: Door, prefix: str, *, inbox: str, settings: str) -> GuardedRouter:
    """The router of one door; `inbox` and `settings` are its templates."""
    router = GuardedRouter(door=door, prefix=prefix)
    _inbox_routes(router, inbox)
    _settings_routes(router, settings)
    _feed_routes(router, settings)
    return router


def _inbox_routes(router: GuardedRouter, template: str) -> None:
    @router.get("", action=OWN)
    def inbox(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
        """The inbox, the newest first."""
        return call.render(template, build_inbox(call.viewer, query))

    @router.post("/{notice_id:int}/open", action=OWN)
    def open_notice(call: Call, notice_id: int) -> Response:
        """Read a notice and go where it leads."""
        notice = mark_read(call.session, **call.by, notice_id=notice_id)
        return call.redirect(notice.path or inbox_url(call.actor))

    @router.post("/read", action=OWN)
    def read_all(call: Call) -> Response:
        """Read all that had come when the inbox was opened."""
        up_to = str(call.form.get("up_to") or "")
        if up_to.isascii() and up_to.isdecimal() and len(up_to) < 19:
            mark_all_read(call.session, **call.by, up_to=int(up_to))
        return call.redirect(inbox_url(call.actor), good=_("已全部标为已读。"))


def _settings_routes(router: GuardedRouter, template: str) -> None:
    @router.get("/settings", action=OWN)
    def settings_page(call: Call) -> Response:
        """How to hear of what."""
        return call.render(template, build_settings(call))

    @router.post("/settings", action=OWN)
    def change_settings(call: Call) -> Response:
        """Keep the wishes."""
        bound = read_settings(call.form)
        return call.submit(
            bound,
            lambda given: save_settings(call.session, **call.by, command=given),
            done=lambda _done: call.redirect(f"{inbox_url(call.actor)}/settings", good=_("已保存。")),
            again=lambda bound: call.render(template, build_settings(call, bound)),
        )


def _feed_routes(router: GuardedRouter, template: str) -> None:
    @router.post("/feed", action=OWN)
    def new_feed(call: Call) -> Response:
        """A new address for the calendar, shown this once."""
        secret = renew_feed(call.session, **call.by)
        address = f"{call.request.app.state.settings.base_url.rstrip('/')}/calendar/{secret}.ics"
        return call.render(template, build_settings(call, made=address))

    @router.post("/feed/stop", action=OWN)
    def end_feed(call: Call) -> Response:
        """No calendar any more."""
        stop_feed(call.session, **call.by)
        return call.redirect(f"{inbox_url(call.actor)}/settings", good=_("日历地址已停用。"))
