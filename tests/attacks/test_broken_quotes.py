"""Broken quotes: no record is lost in silence, and no text is of two posts."""

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.store import Store
from tests.intake import (
    FIRST,
    NEEDED,
    as_csv,
    bring,
    expected,
    post,
    stored,
    texts,
    workspace_in,
    write,
)
from tests.properties import examples


def test_an_unclosed_quote_costs_its_own_record_only(store: Store, tmp_path: Path) -> None:
    rows = [f'zz{n},gardening,{FIRST + n},"T{n}",b{n}' for n in range(9)]
    for broken in (
        'zx1,gardening,1600000000,"Unclosed title,body',
        'zx1,gardening,1600000000,t,"b',
    ):
        content = "\n".join([",".join(NEEDED), *rows[:4], broken, *rows[4:]]) + "\n"
        counts = bring(store, write(tmp_path / "a.csv", content))
        assert counts.skipped == {"broken_quotes": 1}
        assert texts(store) == {f"zz{n}": (f"T{n}", f"b{n}") for n in range(9)}


@pytest.mark.slow
@hypothesis_settings(
    max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    broken=st.sets(st.integers(0, 29), min_size=1, max_size=8),
    last=st.booleans(),
    quoted=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_wherever_a_quote_is_lost_no_text_is_of_two_posts(
    tmp_path_factory: pytest.TempPathFactory, broken: set[int], last: bool, quoted: Any
) -> None:
    rows = [post(n, selftext=f"body {n}" + "\nand more" * (n % 3)) for n in range(30)]
    lines = [",".join(NEEDED) + "\n"]
    for number, row in enumerate(rows):
        record = as_csv([row], quoting=quoted).split("\n", 1)[1]
        at = record.index(row["selftext"][:6] if last else row["title"])
        cut = record[:at].rstrip('"') + '"' + record[at:].replace('"', "")
        lines.append(cut if number in broken else record)
    with workspace_in(tmp_path_factory) as (store, folder):
        counts = bring(store, write(folder / "a.csv", "".join(lines)))
        whole = expected([row for n, row in enumerate(rows) if n not in broken])
        assert texts(store).items() == whole.items()
        assert counts.skipped.total() >= len(broken)


def test_a_stray_quote_in_a_text_of_several_lines_leaves_no_half_text(
    store: Store, tmp_path: Path
) -> None:
    rows = as_csv([post(1), post(3, selftext="a\nb")])
    broken = 'zz002,gardening,1600000002,T,"one\nshe said "hi\nthere"\n'
    at = rows.index("zz003")
    counts = bring(store, write(tmp_path / "a.csv", rows[:at] + broken + rows[at:]))
    assert set(stored(store)) == {"zz001", "zz003"}
    assert (counts.read, counts.skipped) == (3, {"broken_quotes": 1})


def test_a_quote_is_lost_where_the_id_stands_behind_the_text(store: Store, tmp_path: Path) -> None:
    content = (
        "created_utc,title,selftext,id,subreddit\n"
        '1600000001,"Unclosed,b,zz1,cats\n1600000002,T2,"x\ny",zz2,cats\n'
        "1600000003,T3,b3,zz3,cats\n"
    )
    counts = bring(store, write(tmp_path / "a.csv", content))
    assert texts(store) == {"zz2": ("T2", "x\ny"), "zz3": ("T3", "b3")}
    assert (counts.read, counts.skipped) == (3, {"broken_quotes": 1})


def test_somebody_who_quotes_records_is_believed(store: Store, tmp_path: Path) -> None:
    inner = as_csv([post(7), post(8)])
    rows = [post(1, selftext=inner.strip()), post(2)]
    bring(store, write(tmp_path / "a.csv", as_csv(rows)))
    assert texts(store) == expected(rows)


def test_a_quote_behind_a_backslash_is_a_quote(store: Store, tmp_path: Path) -> None:
    content = r"""id,subreddit,created_utc,title,selftext
zz1,gardening,1600000001,"He said \"grow\" loudly",body
zz2,gardening,1600000002,"A \"b, c\" d","x
y"
zz3,gardening,1600000003,ok,fine
"""
    bring(store, write(tmp_path / "a.csv", content))
    assert texts(store) == {
        "zz1": ('He said "grow" loudly', "body"),
        "zz2": ('A "b, c" d', "x\ny"),
        "zz3": ("ok", "fine"),
    }


@pytest.mark.parametrize("text", [r"C:\dir\"", r"\"quoted\"", r"a\b", r'so "he" \o/', "\\"])
def test_a_backslash_in_a_well_quoted_table_stays(store: Store, tmp_path: Path, text: str) -> None:
    rows = [post(1, title=text, selftext=text), post(2)]
    bring(store, write(tmp_path / "a.csv", as_csv(rows)))
    assert texts(store) == expected(rows)
