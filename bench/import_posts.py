"""Importing posts from gzip CSV against ``csv`` and ``executemany`` of the same rows.

Ours is the whole recorded import into a new workspace. The peer inserts every row of the same
files into the same table of another new workspace, a transaction a file: it checks nothing, cleans
nothing and tells no correction from a repetition. Budget: no slower than the peer.
"""

import csv
import gzip
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import report
from bench.measure import alternate, fresh, ratio, timed
from bench.posts import post_files
from bench.scratch import scratch_folder
from core.collect.files import import_files
from core.store import open_store
from core.store import posts as posts_table

BUDGET = 1.0
DATABASE = "signoff.db"


def main() -> None:
    """Parse the arguments, measure, report."""
    parser = report.parser(__doc__, repeats=3)
    parser.add_argument("--files", type=int, help="only so many files; default: all")
    chosen = parser.parse_args()
    files, what = post_files()
    files = files[: chosen.files]
    counts: dict[str, int] = {}

    def ours() -> float:
        seconds, counts["imported"] = fresh(import_recorded, files)
        return seconds

    def peer() -> float:
        seconds, counts["inserted"] = fresh(insert_bare, files)
        return seconds

    found = alternate([ours, peer], repeats=chosen.repeats)
    times = ratio(*found)
    section = report.Section(
        title="Importing posts",
        text=f"{len(files)} files of {what} posts into new workspaces, in turn {chosen.repeats}"
        f" times: {counts['imported']:,} posts imported by us, {counts['inserted']:,} rows inserted"
        " by the peer, which skips nothing.",
        columns=("what", "median (lowest–highest)"),
        rows=[
            ("a whole import", report.seconds(found[0])),
            ("`csv` and `executemany`", report.seconds(found[1])),
            ("ratio", f"{times:.2f} ×"),
        ],
        verdict=report.verdict(times, BUDGET, "×"),
    )
    report.publish(section, write=chosen.write)


def import_recorded(files: Sequence[Path]) -> tuple[float, int]:
    """Seconds of one recorded import, and the posts that it brought."""
    with scratch_folder() as home:
        store = open_store(home)
        seconds = timed(import_files, store, files)
        return seconds, _posts(home)


def insert_bare(files: Sequence[Path]) -> tuple[float, int]:
    """Seconds of plain inserts into the same table, and the rows that it holds then."""
    with scratch_folder() as home:
        open_store(home).engine.dispose()
        connection = sqlite3.connect(home / DATABASE, isolation_level=None)
        # As Signoff itself writes: nothing that it reports as done is lost by a power cut.
        connection.execute("PRAGMA synchronous=FULL")
        seconds = timed(_insert, connection, files)
        connection.close()
        return seconds, _posts(home)


def _insert(connection: sqlite3.Connection, files: Sequence[Path]) -> None:
    table = connection.execute("PRAGMA table_info(posts)").fetchall()
    columns = {
        name: "" if kind.startswith(("VARCHAR", "TEXT")) else 0 for _, name, kind, *_ in table
    }
    marks = ", ".join(["?"] * len(columns))
    statement = f"INSERT OR REPLACE INTO posts ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
    for number, path in enumerate(files):
        connection.execute("BEGIN")
        connection.executemany(statement, _rows(path, number, columns))
        connection.execute("COMMIT")


def _rows(path: Path, subreddit: int, columns: dict[str, Any]) -> Iterator[list[Any]]:
    """The values of each line of a file, in the order of ``columns``."""
    with gzip.open(path, "rt", encoding="utf-8", errors="replace", newline="") as file:
        reader = csv.reader(file)
        place = {name: index for index, name in enumerate(next(reader))}
        for cells in reader:
            known = {
                "id": cells[place["id"]],
                "subreddit_id": subreddit,
                "created_utc": int(float(cells[place["created_utc"]])),
                "title": cells[place["title"]],
                "body": cells[place["selftext"]],
                "is_self": cells[place["is_self"]] == "True",
                "domain": cells[place["domain"]],
                "url": cells[place["url"]],
                "score": int(cells[place["score"]]),
                "num_comments": int(cells[place["num_comments"]]),
                "over_18": cells[place["over_18"]] == "True",
                "flair": cells[place["link_flair_text"]],
                "execution": 1,
            }
            yield [known.get(name, nothing) for name, nothing in columns.items()]


def _posts(home: Path) -> int:
    with open_store(home).read() as session:
        return posts_table.totals(session).posts


if __name__ == "__main__":
    main()
