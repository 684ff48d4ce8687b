"""What was made from what, from posts to the servers that use a model, as a graph. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.errors import NotFoundError
from core.hints import Command, Hint

MOST = 4
"""Nodes of one stage that can be told apart, even on a phone."""


class Stage(StrEnum):
    """In the order in which one leads to the next."""

    POSTS = "posts"
    SNAPSHOT = "snapshot"
    TRAINING = "training"
    MODEL = "model"
    EVALUATION = "evaluation"
    COMPARISON = "comparison"
    VERSION = "version"
    ALIAS = "alias"
    ENDPOINT = "endpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """``label``: a few characters. ``detail``: a sentence. ``execution``: the one that made it, by
    number; None where it is no execution's. ``stale``: why it is no longer up to date; empty where
    it is. ``members``: how many nodes it stands for.
    """

    id: str
    stage: Stage
    label: str
    detail: str
    execution: int | None = None
    stale: str = ""
    members: int = 1


@dataclass(frozen=True, slots=True)
class Graph:
    """``nodes`` in the order of their stages, those of one stage oldest first. ``edges``: ids, from
    what was read to what was made of it.
    """

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]

    def of(self, stage: Stage) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.stage == stage)

    def find(self, wanted: str) -> Node:
        """The node that somebody means: an alias, a version, the name of a snapshot.

        Raises:
            NotFoundError: there is none.
        """
        named = [node for node in self.nodes if wanted in (node.label, node.id)]
        if not named:
            raise NotFoundError(
                f"Nothing here is called {wanted!r}",
                Hint(
                    "Give an alias, a version or the number of a snapshot, training, evaluation or"
                    " comparison, as it is listed.",
                    Command("pipeline show", all=True),
                ),
            )
        return named[-1]

    def only(self, ids: Collection[str]) -> "Graph":
        """These nodes, and the edges between them."""
        return Graph(
            tuple(node for node in self.nodes if node.id in ids),
            tuple(edge for edge in self.edges if edge[0] in ids and edge[1] in ids),
        )

    def ancestry(self, *ids: str) -> "Graph":
        """These nodes with all that they were made from."""
        return self.only(self._reached(ids, [(after, before) for before, after in self.edges]))

    def descent(self, *ids: str) -> "Graph":
        """These nodes with all that was made of them."""
        return self.only(self._reached(ids, self.edges))

    def _reached(self, ids: Iterable[str], steps: Iterable[tuple[str, str]]) -> set[str]:
        following: dict[str, list[str]] = {}
        for start, end in steps:
            following.setdefault(start, []).append(end)
        reached, open_ends = set(ids), list(ids)
        while open_ends:
            new = set(following.get(open_ends.pop(), ())) - reached
            reached |= new
            open_ends += new
        return reached

    def collapsed(self, kept: Collection[str], *, most: int = MOST) -> "Graph":
        """The same with few nodes: where a stage has more than ``most``, those that are not
        ``kept`` are one.

        Args:
            kept: ids of nodes that stay by themselves, however many.
        """
        stands_for = {node.id: node.id for node in self.nodes}
        nodes: list[Node] = []
        for stage in Stage:
            all_of = self.of(stage)
            rest = [node for node in all_of if node.id not in kept]
            if len(all_of) <= most or len(rest) < 2:
                nodes += all_of
                continue
            group = _group(stage, rest)
            stands_for |= {node.id: group.id for node in rest}
            nodes += [group, *[node for node in all_of if node.id in kept]]
        edges = ((stands_for[before], stands_for[after]) for before, after in self.edges)
        return Graph(tuple(nodes), tuple(dict.fromkeys(edges)))


def _group(stage: Stage, nodes: Collection[Node]) -> Node:
    stale = sum(bool(node.stale) for node in nodes)
    return Node(
        id=f"others:{stage}",
        stage=stage,
        label=f"{len(nodes):,} more",
        detail=f"{len(nodes):,} of this stage that are not on the way shown",
        stale=f"{stale:,} of them are stale" if stale else "",
        members=len(nodes),
    )
