"""An officer's own password."""

from app.accounts.actions import OWN_PASSWORD
from app.doors.accounts.password_routes import password_router

router = password_router("web", "", action=OWN_PASSWORD, template="web/password.html")
