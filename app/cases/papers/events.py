"""The event types of papers: what left the house, and which template is used."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

MADE = "paper.made"
TEMPLATE_UPLOADED = "paper.template_uploaded"
TEMPLATE_WITHDRAWN = "paper.template_withdrawn"
DOSSIER_TAKEN = "case.dossier_taken"

EVENT_TYPES = (
    EventType(MADE, N_("导出文书")),
    EventType(TEMPLATE_UPLOADED, N_("上传文书模板")),
    EventType(TEMPLATE_WITHDRAWN, N_("停用文书模板")),
    EventType(DOSSIER_TAKEN, N_("导出卷宗")),
)

WORDS = EventWords(EVENT_TYPES)
