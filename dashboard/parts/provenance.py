"""The way from posts to whoever asks a model, as a section of a page."""

import streamlit as st

from core.pipeline.graph import Graph
from dashboard import components as c
from dashboard import pages, words
from dashboard.charts.provenance import provenance

NAMED = 3
"""Stale ones that are told in words."""


def show(graph: Graph, *, key: str, alt: str) -> None:
    """The graph; a click on a mark opens the execution that made it.

    Args:
        alt: what it shows, for people who do not see it.
    """
    clicked = c.clickable(provenance(graph, c.colours()), key=key, alt=alt)
    if clicked and clicked[0] is not None:
        st.switch_page(pages.EXECUTION.path, query_params={"execution": str(int(clicked[0]))})


def stale(graph: Graph) -> str:
    """What of it is no longer up to date, in one sentence (Markdown)."""
    old = [node for node in graph.nodes if node.stale and node.members == 1]
    if not old:
        return "Nothing on this way is stale."
    told = [f"{words.plain(n.stage)} {words.plain(n.label)}: {words.plain(n.stale)}" for n in old]
    more = f"; and {len(old) - NAMED:,} more" if len(old) > NAMED else ""
    return f"Stale: {'; '.join(told[:NAMED])}{more}."
