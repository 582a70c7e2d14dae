"""What the policy pages show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.kit.actor import Actor
from app.kit.i18n import Bilingual, _
from app.kit.lists.viewer import Viewer
from app.kit.permissions import can
from app.policies.actions import WHAT_IF
from app.policies.band_words import band_lines
from app.policies.descriptions import PolicyView, describe
from app.policies.domain.language import tree
from app.policies.domain.language.policy import Policy, PolicySubject, Scoring
from app.policies.domain.language.succession import concerns, edition_of, in_force
from app.policies.models import PolicyVersion
from app.policies.places import in_force_ids, region_for
from app.policies.queries import policies_of, policy_of
from app.policies.score_words import ScoreBlockView, score_blocks
from app.policies.service.settings import setting_text
from app.policies.settings import settings_in_force, settings_of
from app.web.policies.timeline import Timeline, draw
from app.web.policies.usage import Usage, usage
from app.web.shared.policy_words import SUBJECTS, origin_text, period_text, place_names, version_url


@dataclass(frozen=True)
class PolicyLine:
    """One policy in the list: what is in force here today, and how sure we are of it."""

    title: str
    code: str
    url: str
    version: str
    place: str
    period: str
    in_force: bool
    unverified: int
    conditions: int
    elsewhere: tuple[str, ...]
    open_settings: int = 0
    versions: int = 1


@dataclass(frozen=True)
class SubjectGroup:
    """The policies about one kind of subject."""

    title: str
    lines: tuple[PolicyLine, ...]


@dataclass(frozen=True)
class PoliciesPage:
    """Every policy of the reader's area, by subject."""

    on: date
    groups: tuple[SubjectGroup, ...]


@dataclass(frozen=True)
class BandTable:
    """A parameter that depends on another number."""

    name: str
    label: str
    reference: str
    confidence: str
    verified: bool
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SettingView:
    """A parameter that the bureau sets, and its value today ("" while there is none)."""

    label: str
    value: str


@dataclass(frozen=True)
class ScoreTable:
    """The score as a table: blocks, their items, when how many points are given."""

    title: str
    most: int
    blocks: tuple[ScoreBlockView, ...]


@dataclass(frozen=True)
class PolicyPage:
    """One version in plain words, its place among the versions, where it is used, and the file itself."""

    policy: PolicyView
    place: str
    subject: str
    period: str
    in_force: bool
    origin: str
    timeline: Timeline
    settings: tuple[SettingView, ...]
    bands: tuple[BandTable, ...]
    score: ScoreTable | None
    usage: Usage
    text: str
    sha256: str
    api_url: str
    what_if: str
    diff: str


# -- the list ---------------------------------------------------------------------------------------------------------


def policies_view(session: Session, actor: Actor, rows: Sequence[PolicyVersion], on: date) -> PoliciesPage:
    """The list of all policies that concern the actor's area; two queries however many there are."""
    near = [row for row in rows if concerns(row.jurisdiction, actor.region_prefix)]
    names = place_names(session, {row.jurisdiction for row in near})
    shown = {code: _shown(_family(near, code), on, actor.region_prefix) for code in dict.fromkeys(r.code for r in near)}
    policies = dict(zip(shown, policies_of(session, shown.values()), strict=True))
    settings = settings_of(list(policies.values()), session, on, actor.region_prefix)
    present = in_force_ids(near, on)
    lines: dict[PolicySubject, list[PolicyLine]] = {subject: [] for subject in PolicySubject}
    for code, row in shown.items():
        line = _line(policies[code], row, [r for r in _family(near, code) if r.id in present], names)
        unset = len(policies[code].settings) - len(settings.get(code, {}))
        lines[policies[code].subject].append(replace(line, open_settings=unset, versions=len(_family(near, code))))
    return PoliciesPage(
        on, tuple(SubjectGroup(_(SUBJECTS[subject]), tuple(found)) for subject, found in lines.items() if found)
    )


def _family(rows: Sequence[PolicyVersion], code: str) -> list[PolicyVersion]:
    return [row for row in rows if row.code == code]


def _shown(rows: Sequence[PolicyVersion], on: date, prefix: str) -> PolicyVersion:
    editions = {edition_of(row): row for row in rows}
    found = in_force(list(editions), on, region_for(rows, prefix))
    return editions[found] if found else rows[0]


def _line(policy: Policy, row: PolicyVersion, present: Sequence[PolicyVersion], names: dict[str, str]) -> PolicyLine:
    view = describe(policy)
    elsewhere = sorted({other.jurisdiction for other in present} - {row.jurisdiction})
    return PolicyLine(
        title=str(Bilingual(zh=row.title_zh, en=row.title_en)),
        code=row.code,
        url=f"/policies/{row.code}",
        version=row.version,
        place=names[row.jurisdiction],
        period=period_text(row.effective_from, row.effective_to),
        in_force=row in present,
        unverified=view.unverified,
        conditions=len(policy.conditions),
        elsewhere=tuple(names[place] for place in elsewhere),
    )


# -- one version ------------------------------------------------------------------------------------------------------


def policy_view(
    session: Session, actor: Actor, row: PolicyVersion, versions: Sequence[PolicyVersion], on: date
) -> PolicyPage:
    """The page of one version among all versions of its policy."""
    policy = policy_of(session, row)
    present = in_force_ids(versions, on)
    names = place_names(session, {item.jurisdiction for item in versions})
    return PolicyPage(
        policy=describe(policy),
        place=names[row.jurisdiction],
        subject=_(SUBJECTS[policy.subject]),
        period=period_text(row.effective_from, row.effective_to),
        in_force=row.id in present,
        origin=origin_text(row),
        timeline=draw(versions, present, on, names, row.id),
        settings=_settings(session, actor, policy, on),
        bands=_bands(policy),
        score=_score(policy, policy.scoring) if policy.scoring else None,
        usage=usage(Viewer(session, actor, on), row.code),
        text=row.text,
        sha256=row.sha256,
        api_url=f"/api/v1/policies/{row.code}",
        what_if=_what_if(actor, row, policy, _shown(versions, on, actor.region_prefix)),
        diff=f"/policies/{row.code}/diff" if len(versions) > 1 else "",
    )


def _what_if(actor: Actor, row: PolicyVersion, policy: Policy, here: PolicyVersion) -> str:
    """Where other numbers of the version are tried; the one that applies here has the shorter address."""
    if (
        policy.subject is not PolicySubject.ENTERPRISE
        or not can(actor, WHAT_IF)
        or not concerns(row.jurisdiction, actor.region_prefix)
    ):
        return ""
    return f"/policies/{row.code}/what-if" if row.id == here.id else f"{version_url(row)}/what-if"


def _settings(session: Session, actor: Actor, policy: Policy, on: date) -> tuple[SettingView, ...]:
    if not policy.settings:
        return ()
    known = settings_in_force(session, policy, on, actor.region_prefix)
    return tuple(
        SettingView(
            str(parameter.label),
            setting_text(policy.catalogue[parameter.name], known[parameter.name].value)
            if parameter.name in known
            else "",
        )
        for parameter in policy.settings
    )


def _bands(policy: Policy) -> tuple[BandTable, ...]:
    views = {view.id: view for view in describe(policy).parameters}
    return tuple(
        BandTable(
            name=parameter.name,
            label=str(parameter.label),
            reference=views[parameter.name].reference,
            confidence=views[parameter.name].confidence,
            verified=parameter.confidence.verified,
            rows=tuple(band_lines(parameter.node.body, policy.catalogue)),
        )
        for parameter in policy.parameters
        if isinstance(parameter.node.body, tree.Banded)
    )


def _score(policy: Policy, scoring: Scoring) -> ScoreTable:
    most = sum(block.node.most for block in scoring.blocks)
    return ScoreTable(str(scoring.title), most, score_blocks(scoring, policy.catalogue))
