"""The dates of a case to be kept (节点)."""

from app.cases.models import Milestone
from app.kit.i18n import Bilingual


def title_of(row: Milestone) -> str:
    """The milestone's title in the reader's language."""
    return str(Bilingual(zh=row.title_zh, en=row.title_en))
