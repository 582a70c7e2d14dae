"""Every value says where it comes from, and every source that is cited is listed."""

from collections.abc import Iterator, Sequence

from app.programmes.domain.check_parts import Location, Problem, choices
from app.programmes.domain.citations import Cited
from app.programmes.domain.definition import Programme
from app.programmes.domain.due import SetByOfficer


def unfounded(programme: Programme) -> Iterator[Problem]:
    """Citations of documents that are not listed, and values without any citation."""
    yield from _unknown_sources(programme)
    for at, what in _uncited(programme):
        yield (
            at,
            (
                f"{what} needs 'cites': a bureau must be able to say where it stands. Name source and confidence; what is only "
                "supposed is 'inferred', and what nobody knows is left out"
            ),
        )


def cited_parts(programme: Programme) -> Iterator[tuple[Location, Cited]]:
    """Everything in the file that may cite, with its place."""
    yield (), programme
    if programme.certificate:
        yield ("certificate",), programme.certificate
    lists: dict[str, Sequence[Cited]] = {
        "rounds": programme.rounds,
        "stages": programme.stages,
        "actions": programme.actions,
        "milestones": programme.milestones,
        "questions": programme.questions,
        "materials": programme.materials,
        "clocks": programme.clocks,
        "duties": programme.duties,
    }
    for key, items in lists.items():
        for index, item in enumerate(items):
            yield (key, index), item


def _unknown_sources(programme: Programme) -> Iterator[Problem]:
    sources = {source.id for source in programme.sources}
    for at, item in cited_parts(programme):
        for position, citation in enumerate(item.cites):
            if citation.source not in sources:
                yield (
                    (*at, "cites", position, "source"),
                    f"there is no source '{citation.source}'; {choices(sources)}",
                )


def _uncited(programme: Programme) -> Iterator[tuple[Location, str]]:
    """What a document decides: what a firm is asked for, how long something takes, when it is due."""
    named = {
        "questions": "the question",
        "materials": "the material",
        "clocks": "the time limit",
        "duties": "the duty",
    }
    for at, item in cited_parts(programme):
        if at and at[0] in named and not item.cites:
            yield at, f"{named[str(at[0])]} '{getattr(item, 'code', '')}'"
    for index, milestone in enumerate(programme.milestones):
        if not milestone.cites and not isinstance(milestone.due, SetByOfficer):
            yield ("milestones", index), f"the day of the milestone '{milestone.code}'"
    for index, round_ in enumerate(programme.rounds):
        if not round_.cites and (round_.bureau_cutoff_on or round_.province_cutoff_on):
            yield ("rounds", index), f"the cut-off of the round '{round_.code}'"
    if programme.certificate and programme.certificate.validity_years and not programme.certificate.cites:
        yield ("certificate",), "the validity of the certificate"
