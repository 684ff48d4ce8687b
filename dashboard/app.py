"""The dashboard: a table of contents."""

from pathlib import Path

import streamlit as st

from core.identity import entrance
from dashboard import components as c
from dashboard import visitor

STATIC = Path(__file__).parent / "static"

entrance(visitor.acting)
st.set_page_config(page_title="Signoff", page_icon=str(STATIC / "icon.svg"), layout="wide")
st.logo(str(STATIC / "logo.svg"), icon_image=str(STATIC / "icon.svg"), size="large")

st.html(STATIC / "style.html")
page = st.navigation(
    {
        "Review": [
            st.Page(c.OVERVIEW, title="Overview", icon=":material/home:", default=True),
            st.Page(c.COMPARE, title="Compare", icon=":material/compare_arrows:"),
            st.Page(c.SUBREDDITS, title="Subreddits", icon=":material/leaderboard:"),
            st.Page(c.CHURN, title="Churn", icon=":material/swap_horiz:"),
            st.Page(c.RELEASE, title="Release", icon=":material/verified:"),
            st.Page(c.LEDGER, title="Ledger & audit", icon=":material/receipt_long:"),
        ],
        "Explore": [
            st.Page(c.EXECUTIONS, title="Executions", icon=":material/history:"),
            st.Page(c.EXECUTION, title="Execution", visibility="hidden"),
            st.Page(c.DATA, title="Data", icon=":material/database:"),
        ],
        "Use": [
            st.Page(c.TRY_IT, title="Try it", icon=":material/edit_note:"),
            st.Page(c.FEEDBACK, title="Feedback", icon=":material/forum:"),
        ],
    }
)
with c.boundary():
    c.who()
    page.run()
