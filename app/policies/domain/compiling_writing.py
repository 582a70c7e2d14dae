"""What the writers of compiled functions share: which comparisons a scene comes to, and how parts are put together."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from app.policies.domain import tree
from app.policies.domain.compiling_source import Source
from app.policies.domain.compiling_steps import Corner, Tape
from app.policies.domain.compiling_tests import Compared, Grown, Lowering
from app.policies.domain.facts import FactKey
from app.policies.domain.policy import Condition, Policy
from app.policies.domain.reckoning import listed
from app.policies.domain.signs import Scene, Slot
from app.policies.domain.units import Unit

MET, UNKNOWN, UNMET = 2, 1, 0
Comparing = tree.Comparison | tree.RatioComparison


class Writer:
    """Writes one function for a policy in a scene. `space` are the names that the function uses."""

    def __init__(self, policy: Policy, lowering: Lowering, scene: Scene) -> None:
        self._policy, self._lowering, self._scene = policy, lowering, scene
        self._source = Source(Tape(), self._load)
        self._lowered: dict[tree.Node, Compared | Grown] = {}
        self._slots: dict[Slot, str] = {}
        self._growths: dict[tree.Node, str] = {}
        self._space: dict[str, Any] = {}

    def _load(self, slot: Slot, corner: Corner) -> str:
        """The expression for a slot at a corner."""
        raise NotImplementedError

    def _written(self, head: str, lines: Iterable[str]) -> Any:
        """The function of these lines, compiled."""
        text = "\n".join([head, *(f"    {line}" for line in lines)])
        exec(compile(text, f"<{self._policy.code} {self._policy.version}>", "exec"), self._space)  # noqa: S102 - own text
        return self._space[head.split()[1].split("(")[0]]

    def _new(self, thing: Any) -> str:
        """A name of the function's for `thing`."""
        name = f"x{len(self._space)}"
        self._space[name] = thing
        return name

    def _unit(self, key: FactKey) -> Unit:
        return self._policy.catalogue[key.code].unit

    def _comparisons(self) -> Iterator[Comparing]:
        seen: set[tree.Node] = set()
        scored = [self._policy.scoring.node] if self._policy.scoring else []
        for root in [*(leaf.test for leaf in self._policy.leaves()), *scored]:
            if root is not None:
                yield from self._reached(root, seen)

    def _reached(self, node: tree.Node, seen: set[tree.Node]) -> Iterator[Comparing]:
        """The comparisons that this scene comes to."""
        node = self._chosen(node) or node
        if node in seen:
            return
        seen.add(node)
        if isinstance(node, Comparing):
            yield node
            return
        for part in tree.parts(node):
            yield from self._reached(part, seen)

    def _chosen(self, node: tree.Node | None) -> tree.Node | None:
        while isinstance(node, tree.IfTold | tree.Named):
            if isinstance(node, tree.Named):
                node = node.body
            else:
                node = node.then if (node.code, None) in self._scene.told else node.otherwise
        return node


def together(condition: Condition, codes: Mapping[str, str]) -> str:
    """A condition's outcome from the outcomes of its leaves, by id, as an expression."""
    if condition.test is not None:
        return codes[condition.id]
    parts = [together(part, codes) for part in condition.parts]
    return f"max({listing(parts)})" if condition.any_part else least(parts)


def least(codes: list[str]) -> str:
    """The least of some outcomes, as an expression."""
    return codes[0] if len(codes) == 1 else f"min({listing(codes)})"


def listing(texts: Iterable[str]) -> str:
    """The inside of a tuple."""
    found = list(texts)
    return ", ".join(found) + ("," if len(found) == 1 else "")


def accepting(node: tree.ListedIn) -> Callable[[str], bool]:
    """Whether a code stands in the node's list, remembered."""
    return lru_cache(maxsize=1024)(lambda code: listed(node, code))
