"""The notices of a firm's person."""

from app.doors.notices.routes import notice_router

router = notice_router("portal", "/portal/notices", inbox="portal/notices.html", settings="portal/notice_settings.html")
