"""Ways through a graph, and the few nodes that are drawn of many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotFoundError
from core.pipeline.graph import Graph, Node, Stage
from dashboard.charts.provenance import provenance
from dashboard.charts.theme import LIGHT


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Some nodes of some stages; edges lead to later ones only."""
    stages = sorted(draw(st.lists(st.sampled_from(Stage), max_size=40)), key=list(Stage).index)
    nodes = [
        Node(id=str(i), stage=stage, label=f"<b>{i}", detail="", stale="old" * (i % 2))
        for i, stage in enumerate(stages)
    ]
    pairs = [(a, b) for a in range(len(nodes)) for b in range(a + 1, len(nodes))]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=60)) if pairs else []
    return Graph(tuple(nodes), tuple(dict.fromkeys((str(a), str(b)) for a, b in chosen)))


@given(graphs(), st.data())
def test_what_is_collapsed_stands_for_all_and_keeps_what_is_kept(
    graph: Graph, data: st.DataObject
) -> None:
    ids = [node.id for node in graph.nodes]
    kept = set(data.draw(st.lists(st.sampled_from(ids), max_size=5))) if ids else set()
    few = graph.collapsed(kept, most=3)
    left = {node.id for node in few.nodes}
    assert kept <= left
    assert sum(node.members for node in few.nodes) == len(ids)
    assert {end for edge in few.edges for end in edge} <= left
    for stage in Stage:
        assert len([n for n in few.of(stage) if n.id not in kept]) <= max(3, 1)


@given(graphs())
def test_an_ancestor_reaches_what_it_is_an_ancestor_of(graph: Graph) -> None:
    for node in graph.nodes:
        for other in graph.ancestry(node.id).nodes:
            assert node in graph.descent(other.id).nodes


@given(graphs().filter(lambda graph: graph.nodes))
def test_every_node_is_drawn_once_and_its_text_is_no_html(graph: Graph) -> None:
    drawn = provenance(graph, LIGHT)
    assert sum(len(trace.x) for trace in drawn.data[1:]) == len(graph.nodes)
    marks = {(x, y) for trace in drawn.data[1:] for x, y in zip(trace.x, trace.y, strict=True)}
    assert len(marks) == len(graph.nodes)
    assert all("<b>" not in text.text for text in drawn.layout.annotations)


def test_what_nothing_is_called_is_told() -> None:
    with pytest.raises(NotFoundError, match="Nothing here is called 'x'"):
        Graph((), ()).find("x")
