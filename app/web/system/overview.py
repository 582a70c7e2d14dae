"""系统: its entries, the users."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.accounts.actions import MANAGE_CLIENTS, MANAGE_USERS, READ_JOURNAL
from app.accounts.models import Officer
from app.accounts.queries import list_officers
from app.accounts.service.officers import (
    OfficerData,
    change_officer,
    create_officer,
    get_officer,
    reset_password,
)
from app.cases.opinions.queries import department_names
from app.cases.printouts.actions import KEEP_TEMPLATES
from app.doors.accounts.sign_in import making
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.kit.actor import Role
from app.kit.i18n import _
from app.kit.permissions import can
from app.notices.actions import WATCH
from app.reference.queries import missing_year

router = GuardedRouter(door="web", prefix="/system")


class OfficerForm(BaseModel):
    """An officer as typed by the administrator."""

    login: str = Field(default="", max_length=64)
    name: str = Field(min_length=1, max_length=64)
    role: Role
    region_prefix: str = Field(default="", max_length=12)
    section: str = Field(default="", max_length=64)
    phone: str = Field(default="", max_length=32)
    department: str = Field(default="", max_length=40)
    password: str = Field(default="", max_length=128)

    def data(self) -> OfficerData:
        """What the service keeps."""
        return OfficerData(self.name, self.role, self.region_prefix, self.section, self.phone, self.department)


@dataclass(frozen=True)
class UserRow:
    """An officer in the list."""

    officer: Officer
    role_label: str
    department: str
    locked: bool


@dataclass(frozen=True)
class UsersPage:
    """All officers."""

    rows: tuple[UserRow, ...]


@dataclass(frozen=True)
class UserPage:
    """One officer's form; `officer` is None for a new one."""

    officer: Officer | None
    form: Bound[OfficerForm]
    roles: tuple[tuple[str, str], ...]
    departments: tuple[tuple[str, str], ...]
    is_self: bool


@dataclass(frozen=True)
class SystemPage:
    """What this officer may open under 系统: (title, text, address, icon)."""

    entries: tuple[tuple[str, str, str, str], ...]
    missing_year: int | None
    seed_refusal: tuple[str, ...]


@router.get("", action=READ_JOURNAL)
def system_page(call: Call) -> Response:
    """The entries of 系统."""
    entries = [
        (
            _("工作日历"),
            _("一年的工作日、放假和调休；可按通知调整，正在走的时限随之重排。"),
            "/system/calendar",
            "calendar",
        ),
        (_("日志"), _("谁在什么时候改了什么，可按人和类别查找。"), "/system/journal", "list"),
        (_("后台任务"), _("导入等较长的工作，进度与结果。"), "/system/jobs", "clock"),
    ]
    if can(call.actor, KEEP_TEMPLATES):
        entries.append((_("文书模板"), _("推荐函、推荐汇总表的模板，可以换成本局自己的。"), "/system/papers", "print"))
    if can(call.actor, WATCH):
        entries.append((_("通知发送"), _("邮件、企业微信发出的通知，失败的原因和重发。"), "/system/notices", "bell"))
    if can(call.actor, MANAGE_USERS):
        entries.insert(0, (_("用户"), _("本局人员的账号、角色和辖区。"), "/system/users", "person"))
    if can(call.actor, MANAGE_CLIENTS):
        entries.insert(1, (_("接口客户端"), _("省级系统等程序的凭证与权限范围。"), "/system/clients", "exchange"))
    refusal: str = call.request.app.state.seed_refusal
    page = SystemPage(tuple(entries), missing_year(call.session, call.on), tuple(refusal.splitlines()))
    return call.render("web/system/index.html", page)


# -- users ---------------------------------------------------------------------------------------------------------------


@router.get("/users", action=MANAGE_USERS)
def users_page(call: Call) -> Response:
    """All officers."""
    names = dict(_departments(call.session))
    rows = tuple(
        UserRow(
            officer,
            _(Role(officer.role).traits.label),
            names.get(officer.department, officer.department),
            _locked(officer, call.now),
        )
        for officer in list_officers(call.session)
    )
    return call.render("web/system/users.html", UsersPage(rows))


@router.get("/users/new", action=MANAGE_USERS)
def new_user_page(call: Call) -> Response:
    """The form for a new officer."""
    form: Bound[OfficerForm] = empty({"region_prefix": call.settings.region, "role": str(Role.CASEWORKER)})
    return _user_form(call, None, form, call.actor.id)


def _typed_password(call: Call) -> str:
    return str(call.form.get("password") or "")


@router.post("/users/new", action=MANAGE_USERS, beforehand=making(_typed_password))
def add_user(call: Call) -> Response:
    """Create an officer."""
    return call.submit(
        OfficerForm,
        lambda given: create_officer(
            call.session,
            **call.by,
            login=given.login,
            password=given.password,
            data=given.data(),
            passwords=call.passwords,
        ),
        done=lambda officer: call.redirect("/system/users", good=_("已新建用户“%(name)s”。") % {"name": officer.name}),
        again=lambda bound: _user_form(call, None, bound, call.actor.id),
    )


@router.get("/users/{officer_id}", action=MANAGE_USERS)
def user_page(call: Call, officer_id: int) -> Response:
    """One officer's form."""
    officer = get_officer(call.session, officer_id)
    fields = ("login", "name", "role", "region_prefix", "section", "phone", "department")
    form: Bound[OfficerForm] = empty({name: getattr(officer, name) for name in fields})
    return _user_form(call, officer, form, call.actor.id)


@router.post("/users/{officer_id}", action=MANAGE_USERS)
def save_user(call: Call, officer_id: int) -> Response:
    """Change an officer."""
    return call.submit(
        OfficerForm,
        lambda given: change_officer(call.session, **call.by, officer_id=officer_id, data=given.data()),
        done=lambda _done: call.redirect("/system/users", good=_("已保存。")),
        again=lambda bound: _user_form(call, get_officer(call.session, officer_id), bound, call.actor.id),
    )


@router.post("/users/{officer_id}/password", action=MANAGE_USERS, beforehand=making(_typed_password))
def new_password(call: Call, officer_id: int) -> Response:
    """Give an officer a new password."""
    password, passwords = _typed_password(call), call.passwords
    return call.act(
        lambda: reset_password(call.session, **call.by, officer_id=officer_id, password=password, passwords=passwords),
        f"/system/users/{officer_id}",
        good=_("密码已重置，请当面告知本人。"),
    )


def _locked(officer: Officer, now: datetime) -> bool:
    return officer.locked_until is not None and officer.locked_until > now


def _user_form(call: Call, officer: Officer | None, form: Bound[OfficerForm], own_id: int | None) -> Response:
    roles = tuple((str(role), _(role.traits.label)) for role in Role)
    is_self = officer is not None and officer.id == own_id
    page = UserPage(officer, form, roles, _departments(call.session), is_self)
    return call.render("web/system/user.html", page)


def _departments(session: Session) -> tuple[tuple[str, str], ...]:
    return tuple(department_names(session).items())
