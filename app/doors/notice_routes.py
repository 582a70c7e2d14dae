"""The routes of a person's own notices, the same behind both doors; each door brings its router and its templates."""

from fastapi import Request
from starlette.responses import Response

from app.doors.deps import CurrentActor, DbSession, Form, Now
from app.doors.forms import attempt
from app.doors.notices import build_inbox, build_settings, inbox_url, read_settings
from app.doors.pages import redirect, render
from app.doors.router import Door, GuardedRouter
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
    def inbox(
        request: Request, session: DbSession, actor: CurrentActor, unread: bool = False, cursor: str = ""
    ) -> Response:
        """The inbox, the newest first."""
        return render(request, template, build_inbox(session, actor, unread=unread, cursor=cursor))

    @router.post("/{notice_id:int}/open", action=OWN)
    def open_notice(request: Request, session: DbSession, actor: CurrentActor, now: Now, notice_id: int) -> Response:
        """Read a notice and go where it leads."""
        notice = mark_read(session, actor=actor, now=now, notice_id=notice_id)
        return redirect(request, notice.path or inbox_url(actor))

    @router.post("/read", action=OWN)
    def read_all(request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form) -> Response:
        """Read all that had come when the inbox was opened."""
        up_to = str(form.get("up_to") or "")
        if up_to.isascii() and up_to.isdecimal() and len(up_to) < 19:
            mark_all_read(session, actor=actor, now=now, up_to=int(up_to))
        return redirect(request, inbox_url(actor), good=_("已全部标为已读。"))


def _settings_routes(router: GuardedRouter, template: str) -> None:
    @router.get("/settings", action=OWN)
    def settings_page(request: Request, session: DbSession, actor: CurrentActor) -> Response:
        """How to hear of what."""
        return render(request, template, build_settings(request, session, actor))

    @router.post("/settings", action=OWN)
    def change_settings(request: Request, session: DbSession, actor: CurrentActor, now: Now, form: Form) -> Response:
        """Keep the wishes."""
        bound = read_settings(form)
        saved = attempt(session, bound, lambda given: save_settings(session, actor=actor, now=now, command=given))
        if saved is not None:
            return redirect(request, f"{inbox_url(actor)}/settings", good=_("已保存。"))
        return render(request, template, build_settings(request, session, actor, bound), status=422)


def _feed_routes(router: GuardedRouter, template: str) -> None:
    @router.post("/feed", action=OWN)
    def new_feed(request: Request, session: DbSession, actor: CurrentActor, now: Now) -> Response:
        """A new address for the calendar, shown this once."""
        secret = renew_feed(session, actor=actor, now=now)
        address = f"{request.app.state.settings.base_url.rstrip('/')}/calendar/{secret}.ics"
        return render(request, template, build_settings(request, session, actor, made=address))

    @router.post("/feed/stop", action=OWN)
    def end_feed(request: Request, session: DbSession, actor: CurrentActor, now: Now) -> Response:
        """No calendar any more."""
        stop_feed(session, actor=actor, now=now)
        return redirect(request, f"{inbox_url(actor)}/settings", good=_("日历地址已停用。"))
