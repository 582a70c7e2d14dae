"""Which class II property an application may use: each serves one application only.

Legal reference: 高新技术企业认定管理工作指引 三（三）. Class I property may serve again while valid and is not chosen here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _


@dataclass(frozen=True)
class Right:
    """A property on file: its class, whether it still stands, and what it has served before."""

    id: int
    name: str
    ip_class: int
    expires_on: date | None
    used_before: int
    used_by_number: str | None = None
    lapsed: bool = False

    def obstacle(self, case_number: str, on: date) -> str | None:
        """Why it cannot serve the case `case_number`, or None."""
        if self.used_by_number and self.used_by_number != case_number:
            return _("已用于 %(number)s") % {"number": self.used_by_number}
        if self.used_before > 0:
            return _("本系统之前已用过")
        if self.lapsed:
            return _("已失效")
        if self.expires_on is not None and self.expires_on < on:
            return _("已于 %(day)s 到期") % {"day": self.expires_on.isoformat()}
        return None


@dataclass(frozen=True)
class RightsChange:
    """Which rights are newly chosen and which are let go."""

    added: tuple[Right, ...]
    removed: tuple[Right, ...]


def decide_choice(
    case_number: str,
    submitted: bool,
    on_file: Iterable[Right],
    chosen_now: frozenset[int],
    wanted: frozenset[int],
    on: date,
) -> RightsChange:
    """The difference between the rights chosen now and those wanted; raises with the one that cannot serve."""
    rights = {right.id: right for right in on_file if right.ip_class == 2}
    unknown = wanted - rights.keys()
    if unknown:
        raise Invalid("case.rights.unknown", _("所选知识产权不是该企业名下的Ⅱ类知识产权。"))
    removed = chosen_now - wanted
    if removed and submitted:
        raise Conflict("case.rights.used", _("申报已提交，已使用的Ⅱ类知识产权不能再取消。"))
    added = sorted(wanted - chosen_now)
    for right_id in added:
        obstacle = rights[right_id].obstacle(case_number, on)
        if obstacle:
            raise Conflict(
                "case.rights.unavailable",
                _("“%(name)s”不能使用：%(why)s。") % {"name": rights[right_id].name, "why": obstacle},
            )
    return RightsChange(
        added=tuple(rights[right_id] for right_id in added),
        removed=tuple(rights[right_id] for right_id in sorted(removed) if right_id in rights),
    )
