"""What the journal says about a firm. Changes of its parts are events of the firm; field names carry the part."""

from app.enterprises.fields import ENTERPRISE
from app.enterprises.part_fields import PARTS
from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

_PARTS = {
    "contact": (N_("登记联系人"), N_("修改联系人"), N_("移除联系人")),
    "figures": (N_("登记年度数据"), N_("修改年度数据"), N_("移除年度数据")),
    "property": (N_("登记知识产权"), N_("修改知识产权"), N_("移除知识产权")),
    "product": (N_("登记产品（服务）"), N_("修改产品（服务）"), N_("移除产品（服务）")),
    "conversion": (N_("登记成果转化"), N_("修改成果转化"), N_("移除成果转化")),
    "standard": (N_("登记标准"), N_("修改标准"), N_("移除标准")),
    "compliance": (N_("登记合规事件"), N_("修改合规事件"), N_("移除合规事件")),
    "certificate": (N_("登记证书"), N_("修改证书"), N_("移除证书")),
}

#: The notes of these parts name their record by codes: a year of figures by its basis and source.
_NOTE_TERMS = {"figures": ("figure_basis", "figure_source")}

PART_TYPES = tuple(
    EventType(f"enterprise.{part}_{done}", label, _NOTE_TERMS.get(part, ()))
    for part, labels in _PARTS.items()
    for done, label in zip(("added", "changed", "removed"), labels, strict=True)
)

EVENT_TYPES = (
    CREATED := EventType("enterprise.created", N_("登记企业")),
    IMPORTED := EventType("enterprise.imported", N_("导入企业")),
    CHANGED := EventType("enterprise.changed", N_("修改企业信息")),
    CHANGED_BY_IMPORT := EventType("enterprise.changed_by_import", N_("导入更新企业信息")),
    CODE_CONFIRMED := EventType("enterprise.code_confirmed", N_("确认统一社会信用代码")),
    CODE_CHANGED := EventType("enterprise.code_changed", N_("变更统一社会信用代码")),
    RETIRED := EventType("enterprise.retired", N_("停用企业")),
    RESTORED := EventType("enterprise.restored", N_("恢复企业")),
    IMPORT_UNDONE := EventType("enterprise.import_undone", N_("撤销导入，恢复原内容")),
    REMOVED := EventType("enterprise.removed", N_("撤销导入，移出企业库")),
    TAGS_CHANGED := EventType("enterprise.tags_changed", N_("调整标签")),
    *PART_TYPES,
)

_TABLES = (ENTERPRISE, *PARTS)

FIELD_LABELS: dict[str, str] = {
    "enterprise.tags": N_("标签"),
    "enterprise.standard.led": N_("主持或参与编制获认可"),  # until both were asked for apart; the journal keeps it
    **{name: label for table in _TABLES for name, label in table.labels.items()},
}

#: Where the codes of a changed field are explained: a vocabulary of the reference tables, or a table of its own.
FIELD_VOCABULARIES: dict[str, str] = {name: code for table in _TABLES for name, code in table.vocabularies.items()}

VALUE_LABELS: dict[str, dict[str, str]] = {"enterprise.property.ip_class": {"1": N_("Ⅰ类"), "2": N_("Ⅱ类")}}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS, VALUE_LABELS, FIELD_VOCABULARIES)
