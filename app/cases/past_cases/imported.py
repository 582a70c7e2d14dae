"""Taking ledgers of earlier applications in, and back."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from app.cases.past_cases.fields import PROGRAMME, RESULT
from app.cases.past_cases.schemas import PastCaseInput
from app.cases.past_cases.service import PART
from app.enterprises.imports.figure.register import guess_year
from app.enterprises.imports.parts.kinds import PartKind, PartReading
from app.enterprises.imports.parts.registers import opening
from app.enterprises.imports.parts.taker import NewRecord, PartTaker
from app.enterprises.imports.parts.words import Words, folded, guess_code
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.registers import GivenField, ImportedRegister
from app.enterprises.imports.row_reader import Parsed
from app.enterprises.imports.undo.parts import PartReversal
from app.kit.i18n import N_
from app.programmes.queries import load_catalogue

_UNKNOWN = N_("没有名为“%(text)s”的培育通道，本行不能导入。")
_REMARK = re.compile(r"[（(，,；;：:。\s]")


def _finish(parsed: Parsed, reading: PartReading) -> None:
    """A programme that nobody knows refuses the row; a result that is none says how far the application got."""
    if text := _take_unread(parsed, "programme_code"):
        parsed.refusals.append(RowReason("past_case.programme.unknown", {"text": text[:60]}, _UNKNOWN))
    if text := _take_unread(parsed, "result"):
        first = folded(_REMARK.split(unicodedata.normalize("NFKC", text), maxsplit=1)[0])
        if code := reading.cells.words[RESULT].get(first):
            parsed.values["result"] = code
        stage = parsed.values.get("stage")
        parsed.values["stage"] = f"{stage}；{text}" if stage else text


def _take_unread(parsed: Parsed, column: str) -> str:
    """The text of a cell that no word explains, without what was remarked of it."""
    text = parsed.unread.pop(column, "")
    if text:
        parsed.remarks[:] = [each for each in parsed.remarks if each.params.get("column") != KIND.head(column)]
    return text


def _spelled(identity: tuple[Any, ...]) -> tuple[Any, ...]:
    """Rounds are written with and without blanks, in full and half width."""
    programme, year, batch = identity
    return programme, year, folded(batch)


KIND = PartKind(
    "past_case",
    PART,
    PastCaseInput,
    ("programme_code", "year"),
    _finish,
    _spelled,
    needed=frozenset({"result"}),
    apart=("round",),
)


@dataclass(frozen=True)
class PastCaseTaker(PartTaker):
    """Takes in applications of earlier years; each keeps which import recorded it."""

    def row_of(self, record: NewRecord) -> dict[str, Any]:
        """Besides: the import."""
        return super().row_of(record) | {"imported_in": self.intake.run_id}


def _programmes(session: Session) -> Sequence[tuple[str, str]]:
    return [(code, str(programme.title)) for code, programme in load_catalogue(session).known().items()]


def _words(session: Session) -> Words:
    """What programmes are called."""
    found: dict[str, str] = {}
    for code, programme in load_catalogue(session).known().items():
        found |= {folded(name): code for name in (code, programme.title.zh, programme.title.en)}
    return {PROGRAMME: found}


PAST_CASES = ImportedRegister(
    KIND.code,
    N_("历年申报"),
    KIND.columns,
    ("历年申报", "往年申报", "申报台账", "申报记录", "申报情况", "申报汇总", "申报企业", "申报名单"),
    opening(KIND, PastCaseTaker, _words),
    given=(
        GivenField("programme_code", _programmes, partial(guess_code, PROGRAMME)),
        GivenField("year", lambda _session: (), guess_year),
    ),
    circumstances=("programme_code", "year"),
    reversal=PartReversal(PART, N_("历年申报")),
)
