"""What the journal says of applications of earlier years: changes of their firm, as of every record below a firm."""

from app.cases.past_cases.fields import PAST_CASE, PROGRAMME
from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

CROSSED = EventType(f"{PAST_CASE.code}_crossed", N_("历年申报随合并转移"))
TYPES = tuple(
    EventType(f"{PAST_CASE.code}_{done}", label, (PROGRAMME,))
    for done, label in (
        ("added", N_("登记历年申报")),
        ("changed", N_("修改历年申报")),
        ("removed", N_("移除历年申报")),
    )
)

WORDS = EventWords((*TYPES, CROSSED), PAST_CASE.labels, {}, PAST_CASE.vocabularies)
