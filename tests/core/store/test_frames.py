"""Tables to take away: nothing is lost, and nothing in them runs."""

import io

import pandas as pd
import pytest

from core.spreadsheets import as_csv, as_parquet


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_text_that_a_spreadsheet_would_run_is_kept_from_it(start: str) -> None:
    frame = pd.DataFrame({"subreddit": [f"{start}HYPERLINK(1)"], "difference": [-0.5]})
    read = pd.read_csv(io.BytesIO(as_csv(frame)), keep_default_na=False)
    assert read["subreddit"].tolist() == [f"'{start}HYPERLINK(1)"]
    assert read["difference"].tolist() == [-0.5]


def test_other_texts_and_missing_values_stay() -> None:
    frame = pd.DataFrame({"subreddit": ["a=b", None], "value": [0.1 + 0.2, float("nan")]})
    assert as_csv(frame).decode() == ('"subreddit","value"\n"a=b",0.30000000000000004\n"",""\n')


def test_parquet_keeps_every_value() -> None:
    frame = pd.DataFrame({"subreddit": ["=x", "y"], "value": [1 / 3, 2.0]})
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(as_parquet(frame))), frame)
