"""The cases that a batch of tellings is about, with what their texts and addresses need."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager

from app.cases.models import CaseFile
from app.journal.models import JournalEvent
from app.kit.i18n import Bilingual
from app.notices.domain.topics import To, Words
from app.programmes.domain.definition import Programme, Stage, StageAction
from app.programmes.queries import Catalogue, load_catalogue

NO_DATE = Bilingual(zh="不限", en="none")
"""How a text names the deadline of what was asked without one."""


@dataclass(frozen=True)
class NotifiedCase:
    """A case, its programme version, and whom it concerns."""

    row: CaseFile
    programme: Programme

    @property
    def words(self) -> dict[str, str | int | Bilingual]:
        """What every text about a case may name."""
        return {
            "number": self.row.number,
            "firm": self.row.enterprise.name,
            "programme": self.programme.title,
            "year": self.row.year,
            **_stage_words(self.find_stage(self.row.stage)),
        }

    def and_words(self, **more: str | int | Bilingual | None) -> Words:
        """The words of the case and more; what is not known reads as a dash."""
        return {**self.words, **{name: "—" if word is None else word for name, word in more.items()}}

    def find_stage(self, code: str) -> Stage | None:
        """A stage of its programme version; None for one of another version."""
        return next((stage for stage in self.programme.stages if stage.code == code), None)

    def words_at(self, stage_code: str) -> dict[str, Bilingual]:
        """How the case is called in that stage."""
        return _stage_words(self.find_stage(stage_code))

    @property
    def region(self) -> str:
        """The region of its firm."""
        return self.row.enterprise.region_code

    @property
    def officers(self) -> tuple[int, ...]:
        """The officer in charge, if any."""
        return (self.row.officer_id,) if self.row.officer_id else ()

    def to_officer(self, event: JournalEvent | None = None) -> To:
        """The officer in charge; where nobody is, the section heads. Whoever did it is left out."""
        heads = None if self.row.officer_id else self.region
        return To(officers=self.officers, heads_of=heads, but=doer(event))

    def to_firm(self, event: JournalEvent | None = None) -> To:
        """The people of its firm, but for whoever did it."""
        return To(firm=self.row.enterprise_id, but=doer(event))

    def to_heads(self, event: JournalEvent | None = None) -> To:
        """The section heads of its region."""
        return To(heads_of=self.region, but=doer(event))

    def to_notified(self, action: StageAction | None, event: JournalEvent) -> To:
        """Whom the programme wants told of a step."""
        notified = action.tell if action else ("enterprise",)
        return To(
            officers=self.officers if "officer" in notified else (),
            heads_of=self.region if "section_head" in notified else None,
            firm=self.row.enterprise_id if "enterprise" in notified else None,
            but=doer(event),
        )


def doer(event: JournalEvent | None) -> tuple[str, int | None]:
    """Who did it, as recipients know them."""
    return (event.actor_kind, event.actor_id) if event is not None else ("", None)


def _stage_words(stage: Stage | None) -> dict[str, Bilingual]:
    nothing = Bilingual(zh="—", en="—")
    return {"stage": stage.name if stage else nothing, "public": stage.public if stage else nothing}


def of_events(session: Session, events: Sequence[JournalEvent]) -> list[tuple[JournalEvent, NotifiedCase]]:
    """The events on cases, each with its case; three queries for any number."""
    wanted = {event.subject_id for event in events if event.subject_kind == "case"}
    found = (
        {case.row.number: case for case in load_cases(session, CaseFile.number.in_(sorted(wanted)))} if wanted else {}
    )
    return [(event, found[event.subject_id]) for event in events if event.subject_id in found]


def load_cases(session: Session, condition: object) -> list[NotifiedCase]:
    """The cases under a condition on `CaseFile` joined with its firm."""
    return [
        notified_case(row, catalogue)
        for catalogue in [load_catalogue(session)]
        for row in session.scalars(_cases(condition))
    ]


def by_id(session: Session, ids: Iterable[int]) -> dict[int, NotifiedCase]:
    """These cases by their row's id."""
    wanted = sorted(set(ids))
    found = [
        case
        for start in range(0, len(wanted), 500)
        for case in load_cases(session, CaseFile.id.in_(wanted[start : start + 500]))
    ]
    return {case.row.id: case for case in found}


def notified_case(row: CaseFile, catalogue: Catalogue) -> NotifiedCase:
    """A case with its programme version."""
    return NotifiedCase(row, catalogue.get(row.programme_code, row.programme_version))


def _cases(condition: object) -> Select[CaseFile]:
    statement = select(CaseFile).join(CaseFile.enterprise).options(contains_eager(CaseFile.enterprise))
    return statement.where(condition)  # type: ignore[arg-type]
