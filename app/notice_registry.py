"""Every slice's topics of notices and what a calendar shows, merged for the threads that tell, the commands and the pages."""

from importlib import import_module

from app.config import Settings
from app.kit.db import Database
from app.kit.templating import make_environment
from app.notices.notifier import Notifier
from app.notices.rendering import Renderer
from app.notices.sources import Sources, together

#: Modules that list their `SOURCES`.
MODULES = ("notices.accounts", "cases.telling.sources")


def load_sources() -> Sources:
    """All topics and sources; a code declared twice is an error."""
    return together(import_module(f"app.{name}").SOURCES for name in MODULES)


def make_notifier(settings: Settings, database: Database) -> Notifier:
    """Who tells, by the settings of this deployment."""
    return Notifier(
        database=database,
        sources=load_sources(),
        ways=settings.notice_ways,
        renderer=Renderer(make_environment(), settings.office, settings.base_url.rstrip("/")),
        digest_hour=settings.notices_digest_hour,
        days_before=settings.notices_days_before,
    )
