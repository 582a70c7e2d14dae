"""The demo's people: one officer of each role; their password is printed at start, in development only."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.domain import DEMO_PASSWORD
from app.accounts.models import EnterpriseUser, Officer
from app.accounts.passwords import Passwords, password_matches
from app.accounts.queries import actor_of
from app.accounts.service.officers import OfficerData, create_officer
from app.kit.actor import SYSTEM, Actor, Role

PASSWORDS = Passwords(demo=True)
PORTAL_LOGIN = "qiye"

OFFICERS = (
    ("wang", OfficerData("王（示例）", Role.CASEWORKER, "429005", "高新科", "0728-0000001")),
    ("li", OfficerData("李（示例）", Role.CASEWORKER, "429005", "成果科", "0728-0000002")),
    ("zhou", OfficerData("周（示例）", Role.SECTION_HEAD, "429005", "高新科", "0728-0000003")),
    ("chen", OfficerData("陈（示例）", Role.LEADER, "429005", "局领导", "")),
    (
        "shui",
        OfficerData("吴（示例）", Role.DEPARTMENT, "429005", "税政科", "0728-0000004", department="tax"),
    ),
    ("admin", OfficerData("管理员（示例）", Role.ADMINISTRATOR, "", "办公室", "")),
)


def make_officers(session: Session, now: datetime) -> list[Actor]:
    """The demo officers that do not exist yet; returns those who lead cases."""
    known = {row.login: row for row in session.scalars(select(Officer))}
    for login, data in OFFICERS:
        if login not in known:
            known[login] = create_officer(
                session, actor=SYSTEM, login=login, password=DEMO_PASSWORD, data=data, now=now, passwords=PASSWORDS
            )
    return [actor_of(known[login]) for login, data in OFFICERS if data.role is Role.CASEWORKER]


def demo_accounts(session: Session) -> list[str]:
    """Lines that name the demo accounts found in the database; none in a database without them."""
    officers, user = _found(session)
    lines = [f"  {row.login:<8} {row.role:<14} {row.name} {row.section}" for row in officers]
    if user is not None:
        lines.append(f"  {user.login:<8} {'enterprise':<14} {user.name}  /portal")
    if not lines:
        return []
    return [f"示例账号 · demo accounts (password {DEMO_PASSWORD}):", *lines]


def with_public_password(session: Session) -> list[str]:
    """The logins of the demo accounts in use that still have the password everybody knows."""
    officers, user = _found(session)
    return [
        account.login
        for account in (*officers, user)
        if account is not None
        and account.disabled_on is None
        and password_matches(DEMO_PASSWORD, account.password_hash)
    ]


def _found(session: Session) -> tuple[list[Officer], EnterpriseUser | None]:
    logins = {login for login, _data in OFFICERS}
    demo = select(Officer).where(Officer.login.in_(logins), Officer.name.like("%（示例）")).order_by(Officer.id)
    user = select(EnterpriseUser).where(EnterpriseUser.login == PORTAL_LOGIN)
    return list(session.scalars(demo)), session.scalar(user)
