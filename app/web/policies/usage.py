"""Where a policy is used: the programmes that look at its verdict, open cases, incentive schemes, verdicts kept."""

from dataclasses import dataclass

from app.cases.domain.state import CaseState
from app.cases.lists import CASES, CaseFilter
from app.incentives.domain.scheme import CertificateGained, Scheme
from app.incentives.queries.schemes import list_families
from app.kit.i18n import Bilingual, _
from app.kit.lists.viewer import Viewer
from app.kit.paging import Count
from app.policies.queries import count_stored
from app.programmes.domain.definition import Programme
from app.programmes.queries import load_catalogue


@dataclass(frozen=True)
class UsingProgramme:
    """A programme whose steps look at the policy's verdict, and its open cases."""

    title: Bilingual
    url: str
    guards: tuple[str, ...]
    open_cases: Count
    cases_url: str


@dataclass(frozen=True)
class UsingScheme:
    """An incentive for those who pass."""

    name: str
    url: str


@dataclass(frozen=True)
class Usage:
    """Everything that relies on a policy."""

    programmes: tuple[UsingProgramme, ...]
    schemes: tuple[UsingScheme, ...]
    stored: Count


def usage(viewer: Viewer, code: str) -> Usage:
    """Where the policy is used, as far as the actor sees."""
    session, actor = viewer.session, viewer.actor
    programmes = [item for item in load_catalogue(session).known().values() if code in item.policies]
    families = list_families(session, actor.region_prefix)
    shown = [(family.code, family.versions[0].scheme) for family in families]
    return Usage(
        programmes=tuple(_programme(viewer, code, item) for item in programmes),
        schemes=tuple(
            UsingScheme(str(scheme.name), f"/incentives/schemes/{number}")
            for number, scheme in shown
            if rewards(scheme, code, {item.code for item in programmes})
        ),
        stored=count_stored(session, code, actor.region_prefix),
    )


def rewards(scheme: Scheme, code: str, programmes: set[str]) -> bool:
    """Whether a scheme pays for what passing the policy leads to: its certificate, or a case under it."""
    trigger = scheme.trigger
    if isinstance(trigger, CertificateGained):
        return trigger.certificate == code
    return trigger.programme in programmes


def _programme(viewer: Viewer, code: str, item: Programme) -> UsingProgramme:
    wanted = CaseFilter(programme=item.code, state=CaseState.OPEN)
    return UsingProgramme(
        title=item.title,
        url=f"/programmes/{item.code}",
        guards=tuple(
            _("%(action)s（必须达标）") % {"action": action.label} if guard.mode == "require" else str(action.label)
            for action in item.actions
            if (guard := action.needs.verdict) is not None and guard.policy == code
        ),
        open_cases=CASES.count(viewer, wanted),
        cases_url=f"/cases?programme={item.code}&state={CaseState.OPEN}",
    )
