"""Officers: create, change, disable, a new password by an administrator."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actions import MANAGE_USERS
from app.accounts.domain import check_login, check_region_prefix
from app.accounts.models import Officer
from app.accounts.passwords import Passwords
from app.accounts.service.signing_in import STRICT, end_sessions
from app.journal.domain import SubjectKey, diff
from app.journal.service import record
from app.kit.actor import Actor, ActorKind, Role
from app.kit.clock import today
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.i18n import _
from app.kit.permissions import require
from app.reference.queries import list_terms


@dataclass(frozen=True)
class OfficerData:
    """What is kept of an officer besides login and password."""

    name: str
    role: Role
    region_prefix: str = ""
    section: str = ""
    phone: str = ""
    department: str = ""


def create_officer(
    session: Session,
    *,
    actor: Actor,
    login: str,
    password: str,
    data: OfficerData,
    now: datetime,
    passwords: Passwords = STRICT,
) -> Officer:
    """A new officer. Raises `Invalid` for a bad login, password or department, `Conflict` when the login is taken."""
    require(actor, MANAGE_USERS)
    login = check_login(login)
    kept_password = passwords.kept(password)
    _check_department(session, data)
    if session.scalar(select(Officer.id).where(Officer.login == login)):
        message = _("登录名“%(login)s”已被使用，请换一个。") % {"login": login}
        raise Conflict("officer.login.taken", message, {"login": message})
    officer = Officer(login=login, password_hash=kept_password, created_at=now, failed_tries=0, **_kept(data))
    session.add(officer)
    session.flush()
    _record(session, actor, now, "officer.created", officer, diff({}, _kept(data) | {"login": login}))
    return officer


def change_officer(session: Session, *, actor: Actor, officer_id: int, data: OfficerData, now: datetime) -> Officer:
    """Change name, role, region, section, phone, department. Nobody changes the own role."""
    require(actor, MANAGE_USERS)
    officer = get_officer(session, officer_id)
    _check_department(session, data)
    if _is_self(actor, officer) and data.role != officer.role:
        raise Invalid("officer.own_role", _("不能修改自己的角色，请由其他管理员操作。"))
    after = _kept(data)
    changes = diff({key: getattr(officer, key) for key in after}, after)
    if changes:
        for key, value in after.items():
            setattr(officer, key, value)
        _record(session, actor, now, "officer.changed", officer, changes)
    return officer


def set_disabled(session: Session, *, actor: Actor, officer_id: int, disabled: bool, now: datetime) -> Officer:
    """Disable (sessions end at once) or enable an officer. Nobody disables himself."""
    require(actor, MANAGE_USERS)
    officer = get_officer(session, officer_id)
    if _is_self(actor, officer):
        raise Invalid("officer.self", _("不能停用自己的账号。"))
    before = officer.disabled_on
    officer.disabled_on = today(now) if disabled else None
    if disabled:
        end_sessions(session, officer)
    kind = "officer.disabled" if disabled else "officer.enabled"
    _record(session, actor, now, kind, officer, diff({"disabled_on": before}, {"disabled_on": officer.disabled_on}))
    return officer


def reset_password(
    session: Session, *, actor: Actor, officer_id: int, password: str, now: datetime, passwords: Passwords = STRICT
) -> None:
    """A new password by an administrator; unlocks the account and ends its sessions. Nobody resets the own one."""
    require(actor, MANAGE_USERS)
    officer = get_officer(session, officer_id)
    if _is_self(actor, officer):
        raise Invalid("officer.self", _("自己的密码请在“修改密码”中更换，须先输入原密码。"))
    officer.password_hash = passwords.kept(password)
    officer.failed_tries, officer.locked_until = 0, None
    end_sessions(session, officer)
    _record(session, actor, now, "officer.password", officer, {})


def get_officer(session: Session, officer_id: int) -> Officer:
    """The officer, or `NotFound`."""
    officer = session.get(Officer, officer_id)
    if officer is None:
        raise NotFound("officer.unknown", _("没有这个用户。"))
    return officer


def _kept(data: OfficerData) -> dict[str, str]:
    return {
        "name": data.name,
        "role": str(data.role),
        "region_prefix": check_region_prefix(data.region_prefix),
        "section": data.section,
        "phone": data.phone,
        "department": data.department if data.role.traits.outside else "",
    }


def _check_department(session: Session, data: OfficerData) -> None:
    """An officer of another department says which; the bureau itself is none of them. Raises `Invalid`."""
    others = {choice.code for choice in list_terms(session, "department")["department"] if not choice.data.get("own")}
    if data.role.traits.outside and data.department not in others:
        message = _("请选择该用户所在的部门。")
        raise Invalid("officer.department", message, {"department": message})


def _is_self(actor: Actor, officer: Officer) -> bool:
    return actor.kind is ActorKind.OFFICER and actor.id == officer.id


def _record(
    session: Session,
    actor: Actor,
    now: datetime,
    type: str,
    officer: Officer,
    changes: dict[str, tuple[object, object]],
) -> None:
    subject = SubjectKey("officer", str(officer.id), officer.login)
    record(session, actor=actor, now=now, type=type, subject=subject, changes=changes)
