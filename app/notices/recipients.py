"""Who is meant: from an address (`To`) to the accounts that read it; a batch costs a constant number of queries."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import EnterpriseUser, Officer
from app.kit.actor import ActorKind, Role
from app.notices.domain.topics import Audience, To

AccountKey = tuple[str, int]


@dataclass(frozen=True)
class NoticeAccount:
    """An account that can be told something, and as which reader."""

    kind: str
    id: int
    name: str
    email: str
    reader: Audience

    @property
    def key(self) -> AccountKey:
        """What the tables of notices know it by."""
        return self.kind, self.id


class Directory:
    """The active accounts that a batch of addresses can mean."""

    def __init__(self, session: Session, addresses: Iterable[To]) -> None:
        wanted = list(addresses)
        self._officers = _officers(session) if any(_concerns_officers(to) for to in wanted) else []
        self._by_id = {officer.id: officer for officer in self._officers}
        self._people = _people(session, {to.firm for to in wanted if to.firm is not None})

    def accounts(self, to: To) -> list[NoticeAccount]:
        """Everybody meant, each once; an officer who is in charge reads as such, even a section head."""
        found: dict[AccountKey, NoticeAccount] = {}
        for account in self._meant(to):
            if account.key != (str(to.but[0]), to.but[1]):
                found.setdefault(account.key, account)
        return list(found.values())

    def _meant(self, to: To) -> Iterator[NoticeAccount]:
        for officer_id in to.officers:
            if (officer := self._by_id.get(officer_id)) is not None:
                yield _account(officer, _reader_of(officer))
        for officer in self._officers:
            if (
                to.heads_of is not None
                and Role(officer.role).traits.notified_as_head
                and _reaches(officer, to.heads_of)
            ):
                yield _account(officer, Audience.HEAD)
            if to.department and officer.department == to.department and _reaches(officer, to.region):
                yield _account(officer, Audience.DEPARTMENT)
        for person in self._people.get(to.firm or 0, ()):
            yield NoticeAccount(ActorKind.ENTERPRISE, person.id, person.name, person.email, Audience.FIRM)


def find_accounts(session: Session, keys: Iterable[AccountKey]) -> dict[AccountKey, Officer | EnterpriseUser]:
    """These accounts, closed ones included; two queries."""
    wanted = set(keys)
    officers = sorted(key for kind, key in wanted if kind == ActorKind.OFFICER)
    people = sorted(key for kind, key in wanted if kind == ActorKind.ENTERPRISE)
    found: dict[AccountKey, Officer | EnterpriseUser] = {}
    for officer in session.scalars(select(Officer).where(Officer.id.in_(officers))) if officers else ():
        found[str(ActorKind.OFFICER), officer.id] = officer
    for person in session.scalars(select(EnterpriseUser).where(EnterpriseUser.id.in_(people))) if people else ():
        found[str(ActorKind.ENTERPRISE), person.id] = person
    return found


def open_accounts(session: Session, keys: Iterable[AccountKey]) -> dict[AccountKey, Officer | EnterpriseUser]:
    """Those of these accounts that are not closed."""
    return {key: account for key, account in find_accounts(session, keys).items() if account.disabled_on is None}


def _concerns_officers(to: To) -> bool:
    return bool(to.officers or to.heads_of is not None or to.department)


def _reader_of(officer: Officer) -> Audience:
    return Audience.DEPARTMENT if Role(officer.role).traits.outside else Audience.OFFICER


def _reaches(officer: Officer, region: str) -> bool:
    return region.startswith(officer.region_prefix)


def _account(officer: Officer, reader: Audience) -> NoticeAccount:
    return NoticeAccount(ActorKind.OFFICER, officer.id, officer.name, officer.email, reader)


def _officers(session: Session) -> Sequence[Officer]:
    return session.scalars(select(Officer).where(Officer.disabled_on.is_(None)).order_by(Officer.id)).all()


def _people(session: Session, firms: set[int]) -> dict[int, list[EnterpriseUser]]:
    found: dict[int, list[EnterpriseUser]] = {}
    statement = select(EnterpriseUser).where(
        EnterpriseUser.enterprise_id.in_(sorted(firms)), EnterpriseUser.disabled_on.is_(None)
    )
    for person in session.scalars(statement.order_by(EnterpriseUser.id)) if firms else ():
        found.setdefault(person.enterprise_id, []).append(person)
    return found
