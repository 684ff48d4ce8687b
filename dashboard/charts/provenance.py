"""What was made from what, drawn from posts at the top to whoever asks a model at the bottom."""

from collections.abc import Mapping

import plotly.graph_objects as go

from core.pipeline.graph import Graph, Node, Stage
from dashboard.charts.theme import Palette, escaped, figure

ROW = 58
"""Pixels of a stage."""
_STALE, _FRESH, _GROUP = "stale", "not stale", "several"
_SYMBOLS = {_STALE: "diamond-open", _FRESH: "circle", _GROUP: "square-open"}


def provenance(graph: Graph, colours: Palette) -> go.Figure:
    """The graph, one row a stage; stages without a node are left out.

    The ``customdata`` of a mark: its execution's number or None, what it is, and why it is stale.

    Args:
        graph: one node or more.
    """
    stages = [stage for stage in Stage if graph.of(stage)]
    made = figure(colours, x="", y="", height=ROW * len(stages) + 60)
    places = {node.id: (x, stages.index(node.stage)) for node, x in _across(graph).items()}
    _add_edges(made, graph, places, colours)
    for kind in _SYMBOLS:
        nodes = [node for node in graph.nodes if _kind(node) == kind]
        if nodes:
            _add_nodes(made, nodes, places, kind=kind, colours=colours)
    made.update_layout(
        annotations=[_label(node, places[node.id], colours) for node in graph.nodes],
        showlegend=len(made.data) > 2,
    )
    widest = max(len(graph.of(stage)) for stage in stages)
    made.update_xaxes(visible=False, range=[0, widest])
    made.update_yaxes(
        tickvals=list(range(len(stages))),
        ticktext=[str(stage) for stage in stages],
        range=[len(stages) - 0.4, -0.4],
        showgrid=False,
        showline=False,
    )
    return made


def _kind(node: Node) -> str:
    if node.members > 1:
        return _GROUP
    return _STALE if node.stale else _FRESH


def _across(graph: Graph) -> dict[Node, float]:
    """Where each stands in its row: those made from what stands left stand left, and each row takes
    the whole width.
    """
    widest = max(len(graph.of(stage)) for stage in Stage)
    before: dict[str, list[str]] = {}
    for start, end in graph.edges:
        before.setdefault(end, []).append(start)
    x: dict[str, float] = {}
    found: dict[Node, float] = {}
    for stage in Stage:
        row = graph.of(stage)
        parents = [[x[each] for each in before.get(node.id, ()) if each in x] for node in row]
        means = [sum(known) / len(known) if known else widest for known in parents]
        order = sorted(range(len(row)), key=means.__getitem__)
        for place, index in enumerate(order):
            x[row[index].id] = found[row[index]] = (place + 0.5) / len(row) * widest
    return found


def _add_edges(
    made: go.Figure, graph: Graph, places: Mapping[str, tuple[float, int]], colours: Palette
) -> None:
    x: list[float | None] = []
    y: list[float | None] = []
    for start, end in graph.edges:
        x += [places[start][0], places[end][0], None]
        y += [places[start][1], places[end][1], None]
    made.add_scatter(
        x=x, y=y, mode="lines", line={"color": colours.baseline, "width": 1}, opacity=0.55,
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def _add_nodes(
    made: go.Figure,
    nodes: list[Node],
    places: Mapping[str, tuple[float, int]],
    *,
    kind: str,
    colours: Palette,
) -> None:
    colour = colours.worse if kind == _STALE else colours.baseline
    made.add_scatter(
        x=[places[node.id][0] for node in nodes],
        y=[places[node.id][1] for node in nodes],
        mode="markers",
        name=kind,
        marker={"symbol": _SYMBOLS[kind], "size": 12, "color": colour, "line": {"width": 2}},
        customdata=[[node.execution, node.detail, node.stale] for node in nodes],
        meta=["execution", "what", "stale because"],
        hovertext=[_hover(node) for node in nodes],
        hoverinfo="text",
        cliponaxis=False,
    )


def _label(node: Node, place: tuple[float, int], colours: Palette) -> dict[str, object]:
    """Below its mark, on a ground of its own: lines pass there."""
    return {
        "x": place[0],
        "y": place[1],
        "yshift": -17,
        "text": escaped(node.label),
        "showarrow": False,
        "font": {"size": 12, "color": colours.text},
        "bgcolor": colours.surface,
        "borderpad": 0,
    }


def _hover(node: Node) -> str:
    """Its label, what it is and why it is stale, one line each."""
    lines = [f"{node.stage} {node.label}", node.detail, node.stale and f"stale: {node.stale}"]
    return "<br>".join(escaped(line) for line in lines if line)
