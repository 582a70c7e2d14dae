"""From a policy file to a policy: references resolved, formulas bound; every mistake with its place in the file."""

from collections.abc import Iterator

from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.language import binder, tree
from app.policies.domain.language.alternatives import counts_years
from app.policies.domain.language.assumptions import REGISTERED_ON
from app.policies.domain.language.bands import BandsError, banded
from app.policies.domain.language.draft_problems import Draft, DraftProblem, Place, draft, stated
from app.policies.domain.language.files import ConditionEntry, ParameterEntry, PolicyFile
from app.policies.domain.language.names import CONSTANTS, FUNCTIONS
from app.policies.domain.language.policy import Condition, Definition, Parameter, Policy, Scoring
from app.policies.domain.language.scores import scoring
from app.policies.domain.language.settable import with_settings
from app.policies.domain.language.tokens import DefinitionError, FormulaError


class PolicyFileError(Exception):
    """The file is wrong in the named places."""

    def __init__(self, problems: list[DraftProblem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def build(file: PolicyFile, catalogue: Catalogue) -> Policy:
    """The policy that `file` describes; raises `PolicyFileError` with all mistakes found."""
    draft_ = draft(file, with_settings(file, catalogue))
    _check_names(draft_, catalogue)
    policy = _Builder(draft_).policy()
    if draft_.problems:
        raise PolicyFileError(draft_.problems)
    return policy


def _check_names(draft_: Draft, catalogue: Catalogue) -> None:
    taken = dict.fromkeys(catalogue, "a fact of the catalogue")
    taken |= dict.fromkeys((*FUNCTIONS, *CONSTANTS), "a word of the formula language")
    for section in ("parameters", "definitions", "lists"):
        for name in getattr(draft_.file, section):
            if name in taken:
                draft_.complain((section, name), f"the name '{name}' is already {taken[name]}; choose another")
            taken[name] = f"one of the {section}"


class _Builder:
    def __init__(self, draft_: Draft) -> None:
        self._draft = draft_
        self._file = draft_.file
        self._names = draft_.names
        self._ids: set[str] = set()

    def policy(self) -> Policy:
        file = self._file
        parameters = self._parameters()
        score = scoring(self._draft, file.score) if file.score else None
        self._names.score = score.node if score else None
        conditions = tuple(self._condition(("conditions", index), entry) for index, entry in enumerate(file.conditions))
        definitions = tuple(self._definitions())
        self._check_unused()
        uses = self._uses(conditions, score)
        return Policy(
            code=file.policy,
            jurisdiction=file.jurisdiction,
            version=file.version,
            title=file.title,
            subject=file.subject,
            issued_by=file.issued_by,
            effective_from=file.effective_from,
            effective_confidence=file.effective_confidence,
            effective_to=file.effective_to,
            supersedes=file.supersedes,
            documents=self._draft.documents,
            parameters=parameters,
            definitions=definitions,
            conditions=conditions,
            catalogue=self._names.catalogue,
            uses=tuple(code for code in self._names.catalogue if code in uses),
            scoring=score,
        )

    def _check_unused(self) -> None:
        for section in ("parameters", "definitions", "lists"):
            for name in getattr(self._file, section):
                if name not in self._names.used:
                    self._draft.complain((section, name), f"no condition uses '{name}'; use it or remove it")
        if self._file.score is not None and "score" not in self._names.used:
            message = "no condition compares the score; write one such as score > 70 points, or remove the section"
            self._draft.complain(("score",), message)

    def _uses(self, conditions: tuple[Condition, ...], score: Scoring | None) -> set[str]:
        used = set(self._names.used)
        trees: list[tree.Node] = [leaf.test for each in conditions for leaf in each.leaves() if leaf.test]
        if score is not None:
            trees.extend(score.node.blocks)
        if any(counts_years(root) for root in trees):
            used.add(REGISTERED_ON.code)
        return used

    # -- parameters and definitions -----------------------------------------------------------------------------------

    def _parameters(self) -> tuple[Parameter, ...]:
        """Parameters in the order of the file; one may use those above it."""
        found = []
        bound: dict[str, tree.Named] = {}
        self._names.parameters = bound
        for name, entry in self._file.parameters.items():
            place = ("parameters", name)
            settable = entry.set_by_bureau is not None
            body = tree.Fact(entry.set_by_bureau, name) if entry.set_by_bureau else self._parameter_body(place, entry)
            if body is not None:
                node = tree.Named(body.unit, name, entry.label, body)
                if not settable:  # formulas find what the bureau sets among the facts
                    bound[name] = node
                reference = self._draft.reference(place, entry.reference)
                text = entry.value or entry.by or ""
                found.append(Parameter(name, entry.label, text, node, reference, entry.confidence, settable))
        return tuple(found)

    def _parameter_body(self, place: Place, entry: ParameterEntry) -> tree.Node | None:
        if entry.value is not None:
            return self._draft.bound((*place, "value"), entry.value, binder.literal)
        try:
            return banded(entry, self._names)
        except FormulaError as error:
            self._draft.complain((*place, "by"), stated(entry.by or "", error))
        except DefinitionError as error:
            self._draft.complain_definition(error)
        except BandsError as error:
            self._draft.complain((*place, "bands", *error.place), error.message)
        return None

    def _definitions(self) -> Iterator[Definition]:
        for name, entry in self._file.definitions.items():
            reference = self._draft.reference(("definitions", name), entry.reference)
            bound = self._names.bound.get((name, False)) or self._names.bound.get((name, True))
            if bound is not None:  # what is not bound is unused or wrong, and has been complained about
                yield Definition(name, entry.label, entry.formula, bound.body, reference, entry.confidence, entry.note)

    # -- conditions ---------------------------------------------------------------------------------------------------------

    def _condition(self, place: Place, entry: ConditionEntry) -> Condition:
        if entry.id in self._ids:
            message = f"the id '{entry.id}' is taken by another condition; choose another"
            self._draft.complain((*place, "id"), message)
        self._ids.add(entry.id)
        key = "all" if entry.all else "any"
        return Condition(
            id=entry.id,
            title=entry.title,
            reference=self._draft.reference(place, entry.reference),
            confidence=entry.confidence,
            text=entry.formula or "",
            test=self._draft.bound((*place, "formula"), entry.formula, binder.condition) if entry.formula else None,
            parts=tuple(
                self._condition((*place, key, index), part) for index, part in enumerate(entry.all or entry.any)
            ),
            any_part=bool(entry.any),
            note=entry.note,
        )
