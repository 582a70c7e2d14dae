"""What becomes of the register's own records when two firms are one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from app.enterprises.belongings import Belonging, Crossing, MergeFate, Row
from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.imports.models import ImportLeftover, KnownName
from app.enterprises.merges import events
from app.enterprises.merges.models import FirmMerge
from app.enterprises.models import (
    Certificate,
    ComplianceEvent,
    Contact,
    Conversion,
    Enterprise,
    EnterpriseTag,
    FormerCode,
    FormerName,
    IntellectualProperty,
    Product,
    StandardParticipation,
    YearlyFigures,
)
from app.enterprises.service.recording import subject_of
from app.journal.domain import EventType, PendingEvent
from app.kit.i18n import N_, _


def _one_primary(mine: Sequence[Row], moving: Row) -> Mapping[str, Any]:
    """A firm has one primary contact: that of the firm that stays."""
    return {"is_primary": False} if moving["is_primary"] and any(row["is_primary"] for row in mine) else {}


def _same_number(mine: Row, other: Row) -> bool:
    """A certificate of one kind whose numbers differ only in case and blanks."""
    return mine["kind"] == other["kind"] and _bare(mine["number"]) == _bare(other["number"])


def _bare(number: str) -> str:
    return "".join(number.split()).upper()


def _figures_name(row: Row) -> str:
    return f"{row['year']} {row['basis']} {row['source']}"


def _former(label: str, column: str) -> Callable[[Row], str]:
    """What the firm bore before, in words; of a row that is gone not always its text."""
    return lambda row: f"{_(label)} {row.get(column, '')}".strip()


def tells_keyed(type: EventType, *tail: str) -> Any:
    """Events of rows that partners know by their firm's code: which row, and the keys that it gives up."""

    def tells(crossing: Crossing) -> Iterable[PendingEvent]:
        for row, gone in crossing.all:
            keys = [":".join((code, *(str(row[name]) for name in tail))) for code in crossing.codes]
            data = crossing.data(gone=gone) | {"id": row["id"], "keys": keys}
            yield PendingEvent(crossing.actor, crossing.now, type, subject_of(crossing.firm), {}, data)

    return tells


BELONGINGS = (
    Belonging(FormerName, "", same=("name",), name=_former(N_("曾用名"), "name")),
    Belonging(FormerCode, "", name=_former(N_("曾用代码"), "uscc")),
    Belonging(
        Contact,
        N_("联系人"),
        same=("name", "title", "phone", "email", "note"),
        fit=_one_primary,
        remark=N_("两家的都保留"),
    ),
    Belonging(EnterpriseTag, N_("标签"), same=("tag",)),
    Belonging(
        YearlyFigures,
        N_("年度数据"),
        same=("year", "basis", "source"),
        name=_figures_name,
        tells=tells_keyed(events.FIGURES_CROSSED, "year", "basis", "source"),
    ),
    Belonging(
        IntellectualProperty,
        N_("知识产权"),
        same=("kind_code", "number"),
        name=lambda row: f"{row['number']} {row['name']}",
        tells=tells_keyed(events.PROPERTY_CROSSED, "kind_code", "number"),
    ),
    Belonging(Product, N_("产品（服务）"), same=("year", "name")),
    Belonging(Conversion, N_("成果转化"), same=("title",)),
    Belonging(StandardParticipation, N_("标准"), same=("title",)),
    Belonging(ComplianceEvent, N_("合规事件"), same=("happened_on", "kind", "summary")),
    Belonging(Certificate, N_("证书"), meets=_same_number, name=lambda row: str(row["number"])),
    Belonging(DuplicatePair, "", MergeFate.COMPUTED, "one_id"),
    Belonging(DuplicatePair, "", MergeFate.COMPUTED, "other_id"),
    Belonging(ImportLeftover, ""),
    Belonging(KnownName, "", name=_former(N_("另一种写法"), "name")),
    Belonging(Enterprise, "", column="merged_into_id", holds=True),
    Belonging(FirmMerge, "", MergeFate.STAYS, "survivor_id"),
    Belonging(FirmMerge, "", MergeFate.STAYS, "loser_id"),
)
