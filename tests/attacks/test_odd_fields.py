"""Times, numbers, ids, names and texts as files really have them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.collect.rows import Wanted
from core.store import Store
from tests.intake import FIRST, Fields, as_csv, as_lines, bring, post, stored, texts, write


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *((FIRST, FIRST), (f"{FIRST}.0", FIRST), (FIRST * 1000, FIRST), (FIRST * 10**9, FIRST)),
        *(("2020-09-13 12:26:40", FIRST), ("2020-09-13T12:26:40Z", FIRST), (f" {FIRST} ", FIRST)),
        *(("2020-09-13T14:26:40+02:00", FIRST), ("2020-09-13 12:26:40 UTC", FIRST)),
        *(("2020-09-13", FIRST - 44_800), ("13/09/2020", FIRST - 44_800), ("1.6E+09", FIRST)),
        *(("9/13/2020", FIRST - 44_800), ("Sun Sep 13 12:26:40 2020", FIRST)),
        *(("Sun, 13 Sep 2020 12:26:40 GMT", FIRST), ("05/06/2020", None), ("", None), (0, None)),
        *((-5, None), (4_000_000_000, None), ("soon", None), ("2020-13-45", None), ("1e400", None)),
    ],
)
@pytest.mark.parametrize("form", [as_csv, as_lines])
def test_moments_are_read_as_utc_or_refused(
    store: Store,
    tmp_path: Path,
    written: object,
    read: int | None,
    form: Callable[[Sequence[Fields]], str],
) -> None:
    content = form([post(1, created_utc=written), post(2)])
    counts = bring(store, write(tmp_path / "a.x", content))
    found = stored(store).get("zz001")
    assert (found.created_utc if found else None) == read
    assert counts.skipped == ({} if read else {"bad_time": 1})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *(("1,234", 1234), ("1.2k", 1200), ("3.4M", 3_400_000), ("•", 0), ("nan", 0), ("3.0", 3)),
        *(("-5", -5), ("1e3", 1000), ("inf", 0), ("", 0), ("12,34", 0), ("k", 0), ("9" * 400, 0)),
    ],
)
def test_a_score_that_is_no_number_costs_no_post(
    store: Store, tmp_path: Path, written: str, read: int
) -> None:
    bring(store, write(tmp_path / "a.csv", as_csv([post(1, score=written)])))
    assert stored(store)["zz001"].score == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *(("t3_zz1a", "zz1a"), ("ZZ1B", "zz1b"), (" zz1d", "zz1d"), ("T3_ZZ1E ", "zz1e")),
        *((123456, "123456"), ("t1_zz1h", None), ("t3_t3_zz", None), ("", None), ("nan", None)),
        *(("zz 1", None), ("https://redd.it/zz1f", None)),
    ],
)
def test_ids_are_read_or_counted(
    store: Store, tmp_path: Path, written: object, read: str | None
) -> None:
    counts = bring(store, write(tmp_path / "a.ndjson", as_lines([post(1, id=written)])))
    assert list(stored(store)) == ([read] if read else [])
    assert counts.skipped == ({} if read else {"bad_id": 1})


@pytest.mark.parametrize(
    "written",
    ["r/Gardening", "/r/gardening/", "R/gardening", " gardening ", "GARDENING", "/R/Gardening"],
)
@pytest.mark.parametrize("wanted", [Wanted(), Wanted(frozenset({"gardening"}))])
@pytest.mark.parametrize("kind", ["ndjson", "csv", "parquet"])
def test_forms_of_a_name_are_one_subreddit_with_a_filter_or_without(
    store: Store, tmp_path: Path, written: str, wanted: Wanted, kind: str
) -> None:
    rows = [
        post(1, subreddit=written),
        post(2, subreddit=None, subreddit_name_prefixed="r/gardening"),
        post(3, subreddit=None, permalink="/r/gardening/comments/zz003/x/"),
    ]
    path = tmp_path / f"a.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        write(path, as_lines(rows) if kind == "ndjson" else as_csv(rows))
    counts = bring(store, path, wanted=wanted)
    assert counts.stored == (3 if kind != "parquet" else counts.stored)
    assert {one.subreddit.lower() for one in stored(store).values()} == {"gardening"}


@pytest.mark.parametrize("written", ["u_someone", "u/someone", "/u/someone/", "U/someone"])
def test_a_profile_has_one_name(store: Store, tmp_path: Path, written: str) -> None:
    wanted = Wanted(frozenset({"u_someone"}))
    lines = as_lines([post(1, subreddit=written)])
    bring(store, write(tmp_path / "a.ndjson", lines), wanted=wanted)
    assert [one.subreddit for one in stored(store).values()] == ["u_someone"]


def test_entities_are_characters_once_and_what_nobody_sees_is_no_text(
    store: Store, tmp_path: Path
) -> None:
    rows = [
        post(1, title="Q&amp;A &lt;3 &gt;", selftext="x"),
        post(2, title="How to write &amp;amp; in HTML", selftext="x"),
        post(3, title="It&#39;s &quot;ok&quot;", selftext="&#x200B;"),
        post(4, title="&amp;#x200B;", selftext=""),
        post(5, title="\u200b\u2063\u3164", selftext="\ufeff"),
        post(6, title="", selftext="only text"),
        post(7, title="🍅", selftext="&nbsp;"),
    ]
    counts = bring(store, write(tmp_path / "a.ndjson", as_lines(rows)))
    assert counts.skipped == {"no_text": 2}
    assert texts(store) == {
        "zz001": ("Q&A <3 >", "x"),
        "zz002": ("How to write &amp; in HTML", "x"),
        "zz003": ('It\'s "ok"', ""),
        "zz006": ("", "only text"),
        "zz007": ("🍅", ""),
    }
