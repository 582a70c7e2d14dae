"""What each kind of to-do of the exchange says, and the one thing to do about it."""

from datetime import UTC, datetime

from app.cases.todo.port import Todo
from app.exchange import todo as kinds
from app.kit.i18n import _, ngettext
from app.kit.templates import show_day
from app.web.shared.todo_lines import Kind, TodoContext, TodoWords


def record_refused(todo: Todo, around: TodoContext) -> TodoWords:
    """A record that a partner sent back."""
    return TodoWords(
        _("报送被退回"),
        todo.about or _("对方没有说明"),
        "",
        "/exchange/waiting?kind=refused",
        undated=_("待更正"),
    )


def records_parked(todo: Todo, around: TodoContext) -> TodoWords:
    """Records that could not be sent."""
    text = ngettext("搁置 %(num)s 条，没有送出", "搁置 %(num)s 条，没有送出", todo.n) % {"num": todo.n}
    url = f"/exchange/waiting?kind=parked&partner={todo.about_en}"
    return TodoWords(text, todo.about, "", url, undated=_("待重试"))


def partner_away(todo: Todo, around: TodoContext) -> TodoWords:
    """A partner that does not answer."""
    text = ngettext("连续失败 %(num)s 次", "连续失败 %(num)s 次", todo.n) % {"num": todo.n}
    return TodoWords(text, todo.about, "", f"/exchange/partners/{todo.about_en}", undated=_("推送已暂停"))


def certificate_ending(todo: Todo, around: TodoContext) -> TodoWords:
    """A certificate that runs out."""
    text = _("对方证书有效期至 %(day)s") % {"day": _day(todo.n)}
    return TodoWords(text, todo.about, _("更换证书"), f"/exchange/partners/{todo.about_en}", undated=_("待更换"))


def secret_ending(todo: Todo, around: TodoContext) -> TodoWords:
    """A former secret that stops."""
    text = _("旧密钥 %(day)s 失效，请确认对方已换用新密钥") % {"day": _day(todo.n)}
    return TodoWords(text, todo.about, "", f"/system/clients/{todo.about_en}", undated=_("待确认"))


def _day(seconds: int) -> str:
    return show_day(datetime.fromtimestamp(seconds, UTC))


KINDS = (
    Kind(kinds.RECORD_REFUSED, record_refused),
    Kind(kinds.RECORDS_PARKED, records_parked),
    Kind(kinds.PARTNER_AWAY, partner_away),
    Kind(kinds.CERTIFICATE_ENDING, certificate_ending),
    Kind(kinds.SECRET_ENDING, secret_ending),
)
