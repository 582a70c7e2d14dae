"""From a policy file to a policy: references resolved, formulas bound; every mistake with its place in the file."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.policies.domain import binding, tree
from app.policies.domain.bands import BandsError, banded
from app.policies.domain.facts import Catalogue
from app.policies.domain.files import ConditionEntry, ParameterEntry, PolicyFile, ReferenceEntry
from app.policies.domain.names import CodeList, Formula, Names
from app.policies.domain.policy import Condition, Definition, Document, Parameter, Policy, Reference
from app.policies.domain.splitting import counts_years
from app.policies.domain.syntax import FormulaError
from app.policies.domain.worlds import REGISTERED_ON

Place = tuple[str | int, ...]
MAX_NODES = 5_000


@dataclass(frozen=True)
class Problem:
    """A mistake: where it stands in the file (keys from the top) and what it says."""

    place: Place
    message: str


class PolicyFileError(Exception):
    """The file is wrong in the named places."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def build(file: PolicyFile, catalogue: Catalogue) -> Policy:
    """The policy that `file` describes; raises `PolicyFileError` with all mistakes found."""
    builder = _Builder(file, catalogue)
    policy = builder.policy()
    if builder.problems:
        raise PolicyFileError(builder.problems)
    return policy


@dataclass
class _Builder:
    file: PolicyFile
    catalogue: Catalogue
    problems: list[Problem] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def policy(self) -> Policy:
        self._names = Names(self.catalogue)
        self._check_names()
        self._names.definitions = {
            name: Formula(entry.label, entry.formula) for name, entry in self.file.definitions.items()
        }
        self._names.lists = {
            name: CodeList(frozenset(entry.codes), entry.deeper) for name, entry in self.file.lists.items()
        }
        self._documents = {
            name: Document(entry.number, entry.title, entry.issued_on) for name, entry in self.file.documents.items()
        }
        parameters = self._parameters()
        conditions = tuple(
            self._condition(("conditions", index), entry) for index, entry in enumerate(self.file.conditions)
        )
        definitions = tuple(self._definitions())
        self._check_unused()
        file = self.file
        return Policy(
            code=file.policy,
            jurisdiction=file.jurisdiction,
            version=file.version,
            title=file.title,
            subject=file.subject,
            issued_by=file.issued_by,
            effective_from=file.effective_from,
            effective_to=file.effective_to,
            supersedes=file.supersedes,
            documents=self._documents,
            parameters=parameters,
            definitions=definitions,
            conditions=conditions,
            catalogue=self.catalogue,
            uses=tuple(code for code in self.catalogue if code in self._uses(conditions)),
        )

    def _complain(self, place: Place, message: str) -> None:
        self.problems.append(Problem(place, message))

    # -- names ------------------------------------------------------------------------------------------------------------

    def _check_names(self) -> None:
        taken = dict.fromkeys(self.catalogue, "a fact of the catalogue")
        for section in ("parameters", "definitions", "lists"):
            for name in getattr(self.file, section):
                if name in taken:
                    self._complain((section, name), f"the name '{name}' is already {taken[name]}; choose another")
                taken[name] = f"one of the {section}"

    def _check_unused(self) -> None:
        for section in ("parameters", "definitions", "lists"):
            for name in getattr(self.file, section):
                if name not in self._names.used:
                    self._complain((section, name), f"no condition uses '{name}'; use it or remove it")

    def _uses(self, conditions: tuple[Condition, ...]) -> set[str]:
        used = set(self._names.used)
        tests = [leaf.test for condition in conditions for leaf in condition.leaves() if leaf.test]
        if any(counts_years(test) for test in tests):
            used.add(REGISTERED_ON.code)
        return used

    def _reference(self, place: Place, entry: ReferenceEntry) -> Reference:
        document = self._documents.get(entry.document)
        if document is None:
            known = ", ".join(self._documents)
            self._complain(
                (*place, "reference", "document"), f"there is no document '{entry.document}'; the file has {known}"
            )
            document = next(iter(self._documents.values()))
        return Reference(document, entry.clause)

    # -- parameters and definitions -----------------------------------------------------------------------------------

    def _parameters(self) -> tuple[Parameter, ...]:
        """Parameters in the order of the file; one may use those above it."""
        found = []
        bound: dict[str, tree.Named] = {}
        self._names.parameters = bound
        for name, entry in self.file.parameters.items():
            place = ("parameters", name)
            body = self._parameter_body(place, entry)
            if body is not None:
                bound[name] = tree.Named(body.unit, name, entry.label, body)
                reference = self._reference(place, entry.reference)
                text = entry.value or entry.by or ""
                found.append(Parameter(name, entry.label, text, bound[name], reference, entry.confidence))
        return tuple(found)

    def _parameter_body(self, place: Place, entry: ParameterEntry) -> tree.Node | None:
        try:
            if entry.value is not None:
                return binding.literal(entry.value, self._names)
            return banded(entry, self._names)
        except FormulaError as error:
            text, key = (entry.value, "value") if entry.value is not None else (entry.by, "by")
            self._complain((*place, key), _told(text or "", error))
        except binding.DefinitionError as error:
            self._complain_definition(error)
        except BandsError as error:
            self._complain((*place, "bands", error.index, error.key), error.message)
        return None

    def _definitions(self) -> Iterator[Definition]:
        for name, entry in self.file.definitions.items():
            reference = self._reference(("definitions", name), entry.reference)
            bound = self._names.bound.get((name, False)) or self._names.bound.get((name, True))
            if bound is not None:  # what is not bound is unused or wrong, and has been complained about
                yield Definition(name, entry.label, entry.formula, bound.body, reference, entry.confidence, entry.note)

    # -- conditions ---------------------------------------------------------------------------------------------------------

    def _condition(self, place: Place, entry: ConditionEntry) -> Condition:
        if entry.id in self.ids:
            self._complain((*place, "id"), f"the id '{entry.id}' is taken by another condition; choose another")
        self.ids.add(entry.id)
        key = "all" if entry.all else "any"
        return Condition(
            id=entry.id,
            title=entry.title,
            reference=self._reference(place, entry.reference),
            confidence=entry.confidence,
            text=entry.formula or "",
            test=self._test(place, entry.formula) if entry.formula is not None else None,
            parts=tuple(
                self._condition((*place, key, index), part) for index, part in enumerate(entry.all or entry.any)
            ),
            any_part=bool(entry.any),
            note=entry.note,
        )

    def _test(self, place: Place, text: str) -> tree.Node | None:
        try:
            test = binding.condition(text, self._names)
        except FormulaError as error:
            self._complain((*place, "formula"), _told(text, error))
            return None
        except binding.DefinitionError as error:
            self._complain_definition(error)
            return None
        if sum(1 for _ in tree.walk(test)) > MAX_NODES:
            self._complain((*place, "formula"), f"the formula comes to more than {MAX_NODES} steps; simplify it")
        return test

    def _complain_definition(self, error: binding.DefinitionError) -> None:
        text = self.file.definitions[error.name].formula
        problem = Problem(("definitions", error.name, "formula"), _told(text, error.error))
        if problem not in self.problems:
            self.problems.append(problem)


def _told(text: str, error: FormulaError) -> str:
    """What is wrong, the words it is wrong in, and what to write instead."""
    words = text[error.start : error.end].strip()
    where = f" in “{words}”" if words and words != text.strip() else ""
    return f"“{text}”: {error.message}{where}. Instead: {error.hint}"
