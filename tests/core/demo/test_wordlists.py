"""Malformed word lists are refused with the place of the mistake."""

from pathlib import Path

import pytest

from core.demo.generate import generate_posts
from core.errors import InputError


def write_lists(folder: Path, subreddit: str) -> Path:
    """Write the smallest lists that work, with `subreddit` as the body of the only table."""
    (folder / "subreddits").mkdir()
    (folder / "common.toml").write_text(
        'titles = ["Hello"]\nbodies = ["Thanks."]\ncommon = ["today", "now"]\nlately = ["lately"]\n'
    )
    (folder / "subreddits" / "food.toml").write_text(f"[[subreddit]]\n{subreddit}\n")
    return folder


BREAD = {
    "name": '"Bread"',
    "self_share": "0.5",
    "domains": '["crumb.example"]',
    "things": '["loaf", "bun", "roll"]',
    "titles": '["My {thing} and my {thing2}"]',
    "bodies": '["It rose."]',
}


def bread(**changes: str | None) -> str:
    merged = {**BREAD, **changes}
    return "\n".join(f"{key} = {value}" for key, value in merged.items() if value is not None)


def test_smallest_lists_give_posts(tmp_path: Path) -> None:
    assert {post.subreddit for post in generate_posts(write_lists(tmp_path, bread()))} == {"Bread"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"titles": '["My {thnig}"]'}, "thnig"),
        ({"titles": '["My {thing"]'}, "well formed"),
        ({"titles": None}, "'titles' is empty"),
        ({"things": '["loaf", "bun"]'}, "'things' needs at least 3"),
        ({"things": '["loaf", 3]'}, "'things' must be a list"),
        ({"self_share": "1.5"}, "'self_share' must be a number from 0 to 1"),
        ({"first_day": '"2026-09-14"'}, "without quotes"),
        ({"domains": None}, "'domains' is empty"),
        ({"thinks": '["loaf"]'}, "unknown key 'thinks'"),
    ],
)
def test_broken_list_names_file_and_subreddit(
    tmp_path: Path, changes: dict[str, str | None], reason: str
) -> None:
    with pytest.raises(InputError) as caught:
        generate_posts(write_lists(tmp_path, bread(**changes)))
    assert "food.toml, r/Bread" in caught.value.reason
    assert reason in caught.value.reason


def test_subreddit_without_a_name_is_named_by_its_position(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"food\.toml, r/\? \(entry 1\).*'name'"):
        generate_posts(write_lists(tmp_path, bread(name=None)))


def test_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"food\.toml: cannot be read"):
        generate_posts(write_lists(tmp_path, "name = "))


def test_missing_folder_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"common\.toml"):
        generate_posts(tmp_path / "nowhere")
