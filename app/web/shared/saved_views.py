"""Kept views of lists: keeping, sharing and removing one."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from app.accounts.actions import KEEP_VIEWS
from app.accounts.service.views import KeepView, keep_view, remove_view, share_view
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists.saved import address_of
from app.doors.pages.render import safe_next
from app.kit.i18n import _

router = GuardedRouter(door="web", prefix="/views")


@router.post("", action=KEEP_VIEWS)
def keep(call: Call) -> Response:
    """Keep the list's address under a name, and show the list under it."""
    return call.submit(
        KeepView,
        lambda command: keep_view(call.session, **call.by, command=command),
        done=lambda view: call.redirect(address_of(view), good=_("已保存视图“%(name)s”。") % {"name": view.name}),
        again=lambda bound: call.redirect(
            _back(bound.raw),
            bad=_("视图没有保存：%(why)s")
            % {
                "why": " ".join(
                    bound.summary or [message for messages in bound.errors.values() for message in messages]
                )
            },
        ),
    )


def _back(raw: Mapping[str, Any]) -> str:
    """The list that the form came from."""
    page, query = str(raw.get("page", "")), str(raw.get("query", ""))
    return safe_next(f"{page}?{query}" if query else page, "/")


@router.post("/{view_id}/share", action=KEEP_VIEWS)
def share(call: Call, view_id: int) -> Response:
    """Share one's own view, or keep it to oneself again."""
    view = share_view(call.session, actor=call.actor, view_id=view_id)
    words = {True: _("已共享视图“%(name)s”。"), False: _("视图“%(name)s”改为仅自己可见。")}
    return call.redirect(address_of(view), good=words[view.shared] % {"name": view.name})


@router.post("/{view_id}/remove", action=KEEP_VIEWS)
def remove(call: Call, view_id: int) -> Response:
    """Remove one's own view; its list stays as it is."""
    view = remove_view(call.session, actor=call.actor, view_id=view_id)
    return call.redirect(view.page, good=_("已删除视图“%(name)s”。") % {"name": view.name})
