"""The event types of papers: what left the house, and which template is used."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    MADE := EventType("paper.made", N_("导出文书")),
    TEMPLATE_UPLOADED := EventType("paper.template_uploaded", N_("上传文书模板")),
    TEMPLATE_WITHDRAWN := EventType("paper.template_withdrawn", N_("停用文书模板")),
    DOSSIER_TAKEN := EventType("case.dossier_taken", N_("导出卷宗")),
)

WORDS = EventWords(EVENT_TYPES)
