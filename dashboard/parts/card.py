"""The model card of a version, to hand on."""

from collections.abc import Callable

import streamlit as st

from core.reporting.card import read
from core.reporting.card_words import document
from core.reporting.document import Document
from core.reporting.rendering import html, markdown
from dashboard import components as c
from dashboard import data


def show_card(version: str) -> None:
    """Both forms of the card; each is made when it is asked for."""
    c.section(
        "Model card",
        f"What {version} is for, its data, figures, limits, and who approved it and why, in one"
        " file.",
    )
    with st.container(horizontal=True):
        _download("HTML", version, html, suffix="html", mime="text/html")
        _download("Markdown", version, markdown, suffix="md", mime="text/markdown")


def _download(
    label: str, version: str, render: Callable[[Document], str], *, suffix: str, mime: str
) -> None:
    st.download_button(
        label,
        lambda: render(document(read(data.store(), version))),
        file_name=f"model-card-{version}.{suffix}",
        mime=mime,
        key=f"card-{suffix}",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )
