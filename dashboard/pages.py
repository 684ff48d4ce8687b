"""The pages of the dashboard: the one list that its menu, links and tests use.

A new page is a file in ``views/`` and an entry here.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

REVIEW, EXPLORE, USE = "Review", "Explore", "Use"
"""The sections of the menu."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, as the menu and links to it need it."""

    path: str
    """Of its file, relative to ``app.py``."""
    title: str
    section: str
    icon: str | None = None
    """A name among Streamlit's Material symbols; None for a page that only links lead to."""

    @property
    def url(self) -> str:
        """Its address, relative to the other pages."""
        return PurePosixPath(self.path).stem

    @property
    def in_menu(self) -> bool:
        return self.icon is not None


OVERVIEW = Page(path="views/overview.py", title="Overview", section=REVIEW, icon="home")
COMPARE = Page(path="views/compare.py", title="Compare", section=REVIEW, icon="compare_arrows")
SUBREDDITS = Page(
    path="views/subreddits.py", title="Subreddits", section=REVIEW, icon="leaderboard"
)
CHURN = Page(path="views/churn.py", title="Churn", section=REVIEW, icon="swap_horiz")
DRIFT = Page(path="views/drift.py", title="Drift", section=REVIEW, icon="trending_down")
RELEASE = Page(path="views/release.py", title="Release", section=REVIEW, icon="verified")
LEDGER = Page(path="views/ledger.py", title="Ledger & audit", section=REVIEW, icon="receipt_long")
EXECUTIONS = Page(path="views/executions.py", title="Executions", section=EXPLORE, icon="history")
EXECUTION = Page(path="views/execution.py", title="Execution", section=EXPLORE)
RUNS = Page(path="views/runs.py", title="Runs", section=EXPLORE)
DATA = Page(path="views/data.py", title="Data", section=EXPLORE, icon="database")
TRY_IT = Page(path="views/try_it.py", title="Try it", section=USE, icon="edit_note")
FEEDBACK = Page(path="views/feedback.py", title="Feedback", section=USE, icon="forum")

PAGES = (
    *(OVERVIEW, COMPARE, SUBREDDITS, CHURN, DRIFT, RELEASE, LEDGER),
    *(EXECUTIONS, EXECUTION, RUNS, DATA),
    *(TRY_IT, FEEDBACK),
)
"""In the order of the menu. The first one opens at the dashboard's own address."""
