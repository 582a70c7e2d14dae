"""Every code that a programme file names is one that exists, and one that can come about."""

from collections.abc import Iterator

from app.programmes.domain.check_parts import KnownCodes, Problem, choices
from app.programmes.domain.definition import Programme, StageAction


def unknown_codes(programme: Programme, known: KnownCodes) -> Iterator[Problem]:
    """Stages, policies, milestones, departments and kinds of certificate that nobody knows."""
    yield from _actions(programme)
    yield from _milestones(programme)
    yield from _policies(programme, known)
    yield from _departments(programme, known)
    certificate = programme.certificate
    if certificate and certificate.kind not in known.certificates:
        yield (
            ("certificate", "kind"),
            (
                f"there is no kind of certificate '{certificate.kind}' in the vocabulary certificate_kind "
                f"(seeds/reference/terms.yaml); {choices(known.certificates)}"
            ),
        )


def _actions(programme: Programme) -> Iterator[Problem]:
    stages = {stage.code for stage in programme.stages}
    for index, action in enumerate(programme.actions):
        if not action.by or not action.from_:
            yield ("actions", index), f"'{action.code}' needs stages to start from and people who may take it"
        for position, code in enumerate(action.from_):
            if code not in stages:
                yield ("actions", index, "from", position), f"there is no stage '{code}'; {choices(stages)}"
        if action.to not in stages:
            yield ("actions", index, "to"), f"there is no stage '{action.to}'; {choices(stages)}"
        yield from _needs(programme, index, action)


def _needs(programme: Programme, index: int, action: StageAction) -> Iterator[Problem]:
    milestones = {milestone.code for milestone in programme.milestones}
    for position, code in enumerate(action.needs.milestones):
        if code not in milestones:
            yield (
                ("actions", index, "needs", "milestones", position),
                f"there is no milestone '{code}', so the step could never be taken; {choices(milestones)}",
            )
    approvals = action.needs.approvals
    if approvals and not approvals.by:
        yield (
            ("actions", index, "needs", "approvals", "by"),
            (
                f"nobody's approval counts, so '{action.code}' could never be taken; "
                "name the roles: caseworker, section_head, administrator"
            ),
        )
    if approvals and not action.roles:
        yield (
            ("actions", index, "needs", "approvals"),
            (
                f"only the firm takes '{action.code}', and officers approve the bureau's own steps; "
                "ask for the approval on the bureau's next step instead"
            ),
        )


def _milestones(programme: Programme) -> Iterator[Problem]:
    stages = {stage.code: stage for stage in programme.stages}
    for index, milestone in enumerate(programme.milestones):
        at = milestone.made_at
        if at not in stages.keys() | {"opening"}:
            yield (
                ("milestones", index, "made_at"),
                f"there is no stage '{at}'; write 'opening' or {choices(stages)}",
            )
        elif at in stages and stages[at].is_final:
            yield (
                ("milestones", index, "made_at"),
                (
                    f"the case ends in '{at}' and its milestones lapse, so this one would never be made; "
                    "write a 'duty' for what is to be done afterwards"
                ),
            )


def _policies(programme: Programme, known: KnownCodes) -> Iterator[Problem]:
    for index, code in enumerate(programme.policies):
        if code not in known.policies:
            yield (
                ("policies", index),
                f"there is no policy '{code}' under seeds/policies; {choices(known.policies)}",
            )
    for index, action in enumerate(programme.actions):
        guard = action.needs.verdict
        if guard and guard.policy not in programme.policies:
            yield (
                ("actions", index, "needs", "verdict", "policy"),
                f"the policy '{guard.policy}' is not among the programme's 'policies'; add it there first",
            )


def _departments(programme: Programme, known: KnownCodes) -> Iterator[Problem]:
    for index, action in enumerate(programme.actions):
        for position, opinion in enumerate(action.needs.opinions):
            if opinion.department not in known.departments:
                yield (
                    ("actions", index, "needs", "opinions", position, "department"),
                    (
                        f"there is no department '{opinion.department}' that could be asked: it must be another one of the "
                        f"vocabulary department (seeds/reference/terms.yaml); {choices(known.departments)}"
                    ),
                )
