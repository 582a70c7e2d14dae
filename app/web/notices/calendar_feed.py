"""The calendar of one account at its secret address: for phones and desks that cannot sign in."""

import hashlib

from starlette.responses import Response

from app.accounts.actions import PUBLIC
from app.accounts.queries import actor_of
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.kit.db import composition_of
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.notices.calendar import around, write_calendar
from app.notices.service.settings import find_feed_account
from app.notices.sources import sources_of

router = GuardedRouter(door="public", prefix="/calendar")


@router.get("/{secret}.ics", action=PUBLIC)
def calendar(call: Call, secret: str) -> Response:
    """The deadlines of the account behind the address; 304 for a reader who has them already."""
    account = find_feed_account(call.session, secret)
    if account is None:
        raise NotFound("notices.feed", _("日历地址已失效，请登录后在通知设置里重新生成。"))
    sources = composition_of(call.session).made(sources_of)
    entries = list(sources.entries_of(call.session, actor_of(account), around(call.on)))
    body = write_calendar(entries, name=f"{call.settings.office} · {account.name}", base_url=call.settings.base_url)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "referrer-policy": "no-referrer"}
    if tag in call.request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)
