"""Posts that a file shows as taken back."""

from pathlib import Path

import pytest

from core.store import Store, erasure
from tests.intake import POSTS, as_lines, bring, post, stored, texts, write

NOTICES = {
    "removed": [
        *("[removed]", "[Removed]", "[ removed ]", "*[removed]*", "[removed by moderator]"),
        *("[ Removed by moderator ]", "[ Removed by Reddit ]", "[removed by reddit]"),
        "[ Removed by reddit in response to a copyright notice. ]",
        "[ Removed by Reddit on account of violating the [content policy](/help/contentpolicy). ]",
        *("[unavailable]", "**[removed]**", "[removed]\n", "\u200b[removed]", "&#91;removed&#93;"),
        "Sorry, this post has been removed by the moderators of r/gardening.",
    ],
    "deleted": [
        *("[deleted]", "[DELETED]", r"\[deleted\]", "[deleted by user]", "[ Deleted By User ]"),
        *("[deleted by author]", "_[deleted]_", "> [deleted]", "[removed by author]"),
        "Sorry, this post was deleted by the person who originally posted it.",
    ],
}


@pytest.mark.parametrize(
    ("reason", "notice"), [(why, text) for why, some in NOTICES.items() for text in some]
)
def test_a_notice_takes_a_stored_post_away(
    store: Store, tmp_path: Path, reason: str, notice: str
) -> None:
    bring(store, write(tmp_path / "RS_2020-01.ndjson", as_lines(POSTS)))
    later = as_lines([post(1, selftext=notice), post(8, selftext=notice)])
    counts = bring(store, write(tmp_path / "RS_2020-02.ndjson", later))
    assert counts.skipped == {reason: 2}
    assert counts.erased == 1
    assert set(stored(store)) == {"zz000", "zz002", "zz003"}
    with store.read() as session:
        assert erasure.buried(session, ["zz001", "zz008"]) == {"zz001"}
    again = bring(store, tmp_path / "RS_2020-01.ndjson")
    assert again.skipped == {"erased": 1}


@pytest.mark.parametrize(
    "text",
    [
        *("Why is my post [removed]?", "[removed] is what I see", "[deleted scene]", "removed"),
        *("[OC] removed a wall", "[Removed my tomatoes]", "[deletion]", "Sorry, this post is long"),
    ],
)
def test_what_a_person_writes_of_removal_is_no_notice(
    store: Store, tmp_path: Path, text: str
) -> None:
    bring(store, write(tmp_path / "a.ndjson", as_lines([post(1, title=text, selftext=text)])))
    assert texts(store) == {"zz001": (text, text)}


@pytest.mark.parametrize("size", [1, 2, 3, 20_000])
def test_the_order_of_rows_decides_however_they_are_batched(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("core.collect.files.BATCH", size)
    gone = {"selftext": "[removed]"}
    rows = [post(1), post(2, **gone), post(1, **gone), post(3), post(2), post(1), post(3, **gone)]
    counts = bring(store, write(tmp_path / "a.ndjson", as_lines(rows)))
    assert set(stored(store)) == {"zz002"}
    assert counts.erased == 2
    assert counts.skipped == {"removed": 3, "erased": 1}
