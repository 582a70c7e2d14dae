"""An officer's own notices."""

from app.doors.notices.routes import notice_router

router = notice_router("web", "/notices", inbox="web/notices/inbox.html", settings="web/notices/settings.html")
