"""What a programme asks for can be supplied: its fields can be answered, its documents exist, its conditions can come true."""

from collections.abc import Iterator

from app.programmes.domain.check_parts import KnownCodes, Location, Problem, choices
from app.programmes.domain.definition import Programme
from app.programmes.domain.supplied import MaterialTemplate, NeededField, Supplied, When

_PATTERNED = ("text", "long-text")


def unanswerable(programme: Programme, known: KnownCodes) -> Iterator[Problem]:
    """Fields, questions and materials that nobody could supply, or that are asked for at a step that does not exist."""
    for at, field in _fields(programme):
        yield from _field(at, field)
    actions = {action.code for action in programme.actions}
    for at, item in _supplied(programme):
        if item.needed_for not in actions:
            yield (*at, "needed_for"), f"there is no action '{item.needed_for}'; {choices(actions)}"
        if item.when:
            yield from _when(programme, at, item.when)
    for index, material in enumerate(programme.materials):
        yield from _material(("materials", index), material, known)
    yield from _documents_of_duties(programme, known)


def _fields(programme: Programme) -> Iterator[tuple[Location, NeededField]]:
    for index, action in enumerate(programme.actions):
        for position, field in enumerate(action.needs.fields):
            yield ("actions", index, "needs", "fields", position), field
    for index, question in enumerate(programme.questions):
        yield ("questions", index), question
    for index, duty in enumerate(programme.duties):
        for position, field in enumerate(duty.fields):
            yield ("duties", index, "fields", position), field


def _supplied(programme: Programme) -> Iterator[tuple[Location, Supplied]]:
    for index, question in enumerate(programme.questions):
        yield ("questions", index), question
    for index, material in enumerate(programme.materials):
        yield ("materials", index), material


def _field(at: Location, field: NeededField) -> Iterator[Problem]:
    if field.kind == "choice" and len(field.options) < 2:
        yield at, f"'{field.code}' is a choice and needs 'choices', at least two, to choose from"
    if field.kind != "choice" and field.choices:
        yield (
            (*at, "choices"),
            f"'{field.code}' is of kind '{field.kind}' and takes no 'choices'; write 'kind: choice' or remove them",
        )
    if field.pattern and field.kind not in _PATTERNED:
        yield (
            (*at, "pattern"),
            (
                f"'{field.code}' is of kind '{field.kind}', which has its own form; "
                "only 'text' and 'long-text' take a 'pattern'"
            ),
        )


def _when(programme: Programme, at: Location, when: When) -> Iterator[Problem]:
    """A condition looks at an answer that is given before it, so that no two wait for each other."""
    earlier = programme.questions[: int(at[1])] if at[0] == "questions" else programme.questions
    asked = {question.code: question for question in earlier}
    if when.question not in asked:
        before = "stands before it" if at[0] == "questions" else "is asked"
        yield (*at, "when", "question"), f"no question '{when.question}' {before}; {choices(asked)}"
        return
    options = asked[when.question].options
    if not options:
        yield (
            (*at, "when", "question"),
            f"'{when.question}' may be answered with anything; 'when' needs a question of kind 'yes-no' or 'choice'",
        )
    elif not when.answers:
        yield (*at, "when", "answers"), f"without 'answers' this is never asked for; {choices(options)}"
    for position, answer in enumerate(when.answers):
        if options and answer not in options:
            yield (
                (*at, "when", "answers", position),
                f"'{when.question}' cannot be answered '{answer}'; {choices(options)}",
            )


def _material(at: Location, material: MaterialTemplate, known: KnownCodes) -> Iterator[Problem]:
    kind = known.documents.get(material.document)
    if kind is None:
        yield (*at, "document"), _no_document(material.document, known)
        return
    if material.years and not kind.yearly:
        yield (
            (*at, "years"),
            (
                f"documents of the kind '{material.document}' are not about a fiscal year; remove 'years', "
                "or mark the kind as yearly in seeds/reference/terms.yaml"
            ),
        )
    if material.valid and not kind.expires:
        yield (
            (*at, "valid"),
            (
                f"documents of the kind '{material.document}' have no last day that could have passed; remove 'valid', "
                "or mark the kind as expiring in seeds/reference/terms.yaml"
            ),
        )


def _documents_of_duties(programme: Programme, known: KnownCodes) -> Iterator[Problem]:
    for index, duty in enumerate(programme.duties):
        for position, document in enumerate(duty.documents):
            if document not in known.documents:
                yield ("duties", index, "documents", position), _no_document(document, known)


def _no_document(code: str, known: KnownCodes) -> str:
    return (
        f"there is no kind of document '{code}' in the vocabulary document_kind (seeds/reference/terms.yaml); "
        f"{choices(known.documents)}"
    )
