"""The dashboard: its menu, and what stands around every page."""

from itertools import groupby
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core.access.identity import entrance
from dashboard import components as c
from dashboard import current_user
from dashboard.pages import OVERVIEW, PAGES, Page

STATIC = Path(__file__).parent / "static"


def entry(page: Page) -> StreamlitPage:
    """The page as Streamlit's menu takes it."""
    return st.Page(
        page.path,
        title=page.title,
        icon=f":material/{page.icon}:" if page.icon else None,
        default=page is OVERVIEW,
        visibility="visible" if page.in_menu else "hidden",
    )


entrance(current_user.acting)
st.set_page_config(page_title="Signoff", page_icon=str(STATIC / "icon.svg"), layout="wide")
st.logo(str(STATIC / "logo.svg"), icon_image=str(STATIC / "icon.svg"), size="large")
st.html(STATIC / "style.html")
with st.container(key="reach"):  # nothing but our own file: no text of anybody's comes near it
    st.html(STATIC / "reach.html", unsafe_allow_javascript=True)
sections = groupby(PAGES, key=lambda page: page.section)
current = st.navigation({section: list(map(entry, pages)) for section, pages in sections})
with c.boundary():
    c.who()
    current.run()
