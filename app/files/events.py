"""What the journal tells about stored files and the documents of firms."""

from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    STORED := EventType("file.stored", N_("存入文件")),
    ADDED := EventType("document.added", N_("材料入库")),
    REPLACED := EventType("document.replaced", N_("替换材料")),
    CHANGED := EventType("document.changed", N_("修改材料登记")),
    WITHDRAWN := EventType("document.withdrawn", N_("撤下材料")),
)

FIELD_LABELS: dict[str, str] = {
    "document.kind": N_("材料种类"),
    "document.title": N_("材料名称"),
    "document.year": N_("所属年度"),
    "document.issued_on": N_("出具日期"),
    "document.valid_until": N_("有效期至"),
    "document.note": N_("说明"),
    "document.file": N_("文件"),
}

FIELD_VOCABULARIES: dict[str, str] = {"document.kind": "document_kind"}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS, vocabularies=FIELD_VOCABULARIES)
