"""What the builders of a policy share: its names and documents, and the mistakes found so far, each with its place."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.language.files import PolicyFile, ReferenceEntry
from app.policies.domain.language.names import CodeList, Formula, Names
from app.policies.domain.language.policy import LegalDocument, Reference
from app.policies.domain.language.tokens import DefinitionError, FormulaError

Place = tuple[str | int, ...]
T = TypeVar("T")


@dataclass(frozen=True)
class DraftProblem:
    """A mistake: where it stands in the file (keys from the top) and what it says."""

    place: Place
    message: str


@dataclass
class Draft:
    """A policy in the making."""

    file: PolicyFile
    names: Names
    documents: dict[str, LegalDocument]
    problems: list[DraftProblem] = field(default_factory=list)

    def complain(self, place: Place, message: str) -> None:
        """Keep a mistake; the same one once."""
        problem = DraftProblem(place, message)
        if problem not in self.problems:
            self.problems.append(problem)

    def reference(self, place: Place, entry: ReferenceEntry) -> Reference:
        """A place in one of the file's documents."""
        document = self.documents.get(entry.document)
        if document is None:
            known = ", ".join(self.documents)
            message = f"there is no document '{entry.document}'; the file has {known}"
            self.complain((*place, "reference", "document"), message)
            document = next(iter(self.documents.values()))
        return Reference(document, entry.clause)

    def bound(self, place: Place, text: str, bind: Callable[[str, Names], T]) -> T | None:
        """`text` bound by `bind`; None, with a complaint at `place`, when the formula is wrong."""
        try:
            return bind(text, self.names)
        except FormulaError as error:
            self.complain(place, stated(text, error))
        except DefinitionError as error:
            self.complain_definition(error)
        return None

    def complain_definition(self, error: DefinitionError) -> None:
        """Keep the mistake of a definition that another formula uses."""
        text = self.file.definitions[error.name].formula
        self.complain(("definitions", error.name, "formula"), stated(text, error.error))


def draft(file: PolicyFile, catalogue: Catalogue) -> Draft:
    """The beginning: documents, definitions and lists by their names."""
    names = Names(catalogue)
    names.definitions = {name: Formula(entry.label, entry.formula) for name, entry in file.definitions.items()}
    names.lists = {name: CodeList(frozenset(entry.codes), entry.deeper) for name, entry in file.lists.items()}
    documents = {
        name: LegalDocument(entry.number, entry.title, entry.issued_on) for name, entry in file.documents.items()
    }
    return Draft(file, names, documents)


def stated(text: str, error: FormulaError) -> str:
    """What is wrong, the words it is wrong in, and what to write instead."""
    words = text[error.start : error.end].strip()
    where = f" in “{words}”" if words and words != text.strip() else ""
    return f"“{text}”: {error.message}{where}. Instead: {error.hint}"
