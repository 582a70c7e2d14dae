"""Who notifies, by the settings of this deployment."""

from app.config import Settings
from app.kit.db import Database
from app.kit.templates import make_environment
from app.notices.message_templates import Renderer
from app.notices.notifier import Notifier
from app.notices.sources import sources_of


def make_notifier(settings: Settings, database: Database) -> Notifier:
    """The notifier of this deployment."""
    return Notifier(
        database=database,
        sources=database.composition.made(sources_of),
        ways=settings.notice_ways,
        renderer=Renderer(make_environment(), settings.office, settings.base_url.rstrip("/")),
        digest_hour=settings.notices_digest_hour,
        days_before=settings.notices_days_before,
    )
