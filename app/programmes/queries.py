"""Reading the catalogue. A definition is parsed once per content hash and kept: published content never changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.errors import NotFound
from app.kit.i18n import _
from app.programmes.descriptions import VocabularyNames
from app.programmes.domain.definition import Programme
from app.programmes.models import ProgrammeRound, ProgrammeVersion
from app.reference.published import kept
from app.reference.queries import list_terms

_definitions: dict[str, Programme] = {}


@dataclass(frozen=True)
class Catalogue:
    """Every published version, by code and version."""

    versions: dict[tuple[str, str], Programme]

    def get(self, code: str, version: str) -> Programme:
        """The version a case began under; raises `NotFound`."""
        found = self.versions.get((code, version))
        if found is None:
            raise NotFound("programme.version.unknown", _("没有这个培育通道版本。"))
        return found

    def versions_of(self, code: str) -> list[Programme]:
        """The versions of one programme, newest first; raises `NotFound` for an unknown code."""
        found = [programme for (known, _version), programme in self.versions.items() if known == code]
        if not found:
            raise NotFound("programme.unknown", _("没有编码为“%(code)s”的培育通道。") % {"code": code})
        return sorted(found, key=_age, reverse=True)

    def in_force(self, on: date) -> dict[str, Programme]:
        """The programmes open to new cases on the day `on`, each in its newest version, in the order of their codes."""
        newest: dict[str, Programme] = {}
        for programme in sorted(self.versions.values(), key=_age):
            if programme.effective_on <= on:
                newest[programme.code] = programme
        return {code: newest[code] for code in sorted(newest)}

    def known(self) -> dict[str, Programme]:
        """Every programme in its newest version, in force already or not."""
        return self.in_force(date.max)


@kept
def load_catalogue(session: Session) -> Catalogue:
    """The whole catalogue; content that this process has met before is not parsed again."""
    rows = session.execute(select(ProgrammeVersion.code, ProgrammeVersion.version, ProgrammeVersion.sha256)).all()
    _learn(session, {row.sha256 for row in rows} - _definitions.keys())
    return Catalogue({(row.code, row.version): _definitions[row.sha256] for row in rows})


def _learn(session: Session, unknown: Iterable[str]) -> None:
    hashes = list(unknown)
    if hashes:
        rows = session.execute(
            select(ProgrammeVersion.sha256, ProgrammeVersion.content).where(ProgrammeVersion.sha256.in_(hashes))
        )
        for sha256, content in rows:
            _definitions[sha256] = Programme.model_validate(content)


def get_version(session: Session, code: str, version: str) -> Programme:
    """The version a case began under; raises `NotFound`."""
    return load_catalogue(session).get(code, version)


def get_in_force(session: Session, code: str, on: date) -> Programme:
    """The version that new cases begin under on the day `on`; raises `NotFound` naming the programme and the day."""
    found = load_catalogue(session).in_force(on).get(code)
    if found is None:
        raise NotFound(
            "programme.not_in_force",
            _("培育通道“%(code)s”在 %(on)s 没有生效的版本。") % {"code": code, "on": on.isoformat()},
        )
    return found


def load_names(session: Session) -> VocabularyNames:
    """What the codes of programme files are called: kinds of documents and certificates, departments; one query."""
    terms = list_terms(session, "document_kind", "department", "certificate_kind")
    found = {vocabulary: {choice.code: choice.label for choice in choices} for vocabulary, choices in terms.items()}
    return VocabularyNames(found["document_kind"], found["department"], found["certificate_kind"])


def list_rounds(session: Session, code: str, year: int | None = None) -> list[ProgrammeRound]:
    """The rounds of a programme (of one year when given), newest year first, in the order of their codes."""
    statement = select(ProgrammeRound).where(ProgrammeRound.programme_code == code)
    if year is not None:
        statement = statement.where(ProgrammeRound.year == year)
    return list(session.scalars(statement.order_by(ProgrammeRound.year.desc(), ProgrammeRound.code)))


def find_round(session: Session, code: str, year: int, round_code: str | None) -> ProgrammeRound | None:
    """One round, or None."""
    if round_code is None:
        return None
    return session.scalars(
        select(ProgrammeRound).where(
            ProgrammeRound.programme_code == code, ProgrammeRound.year == year, ProgrammeRound.code == round_code
        )
    ).one_or_none()


def _age(programme: Programme) -> tuple[date, int]:
    return programme.effective_on, programme.revision
