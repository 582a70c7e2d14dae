"""The own password of a firm's person."""

from app.accounts.actions import OWN_FIRM_PASSWORD
from app.doors.accounts.password_routes import password_router

router = password_router("portal", "/portal", action=OWN_FIRM_PASSWORD, template="portal/password.html")
