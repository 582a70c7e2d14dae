"""How the policy pages call places, subjects and versions."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from app.kit.i18n import N_, _
from app.policies.domain.language.policy import PolicySubject
from app.policies.domain.language.succession import NATION
from app.policies.models import PolicyVersion
from app.reference.queries import list_region_names

SUBJECTS = {
    PolicySubject.ENTERPRISE: N_("企业"),
    PolicySubject.PERSON: N_("人员"),
    PolicySubject.FACILITY: N_("平台与基地"),
}


def place_names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """全国, or the region's name, of each jurisdiction."""
    regions = {code for code in codes if code != NATION}
    names = list_region_names(session, regions) if regions else {}
    return {NATION: _("全国"), **names}


def period_text(first: date, last: date | None) -> str:
    """`2016-01-01 起`, or both days."""
    if last is None:
        return _("%(day)s 起") % {"day": first}
    return _("%(first)s 至 %(last)s") % {"first": first, "last": last}


def key_of(row: PolicyVersion) -> str:
    """A version's name in addresses: `CN/2016-01-01.r1`."""
    return f"{row.jurisdiction}/{row.version}"


def version_url(row: PolicyVersion) -> str:
    """The page of one version."""
    return f"/policies/{row.code}/{key_of(row)}"


def origin_text(row: PolicyVersion) -> str:
    """Who published it."""
    return _("本局发布") if row.origin == "bureau" else _("随系统发布")
