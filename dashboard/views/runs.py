"""How do these runs differ?"""

import streamlit as st

from core.comparison.ranking import ranking
from core.comparison.side_by_side import SideBySide, side_by_side
from core.errors import InputError
from core.evaluation.history import Training
from core.executions.history import number
from core.hints import Command
from core.release import identity
from core.release.identity import Known
from dashboard import components as c
from dashboard import data, pages, words
from dashboard.components import Link
from dashboard.parts.run_figures import show_parameters, show_two_metrics
from dashboard.parts.side_by_side import show_chosen, show_measured
from dashboard.parts.trainings import MOST

FEWEST = 2


def wanted(known: list[Known]) -> list[Known]:
    """The trainings that the address names, in its order.

    Raises:
        InputError: it names something else, too few or too many.
    """
    by_number = {each.number: each for each in known}
    named = st.query_params.get("runs", "").split(",")
    numbers = list(dict.fromkeys(number(text) for text in named if text))
    missing = [each for each in numbers if each not in by_number]
    if missing:
        raise InputError(f"#{missing[0]} is not a training", "Choose others on Executions.")
    if not FEWEST <= len(numbers) <= MOST:
        raise InputError(
            f"The link names {words.count(len(numbers), 'training')}",
            f"Tick {FEWEST} to {MOST} on the page Executions.",
        )
    return [by_number[each] for each in numbers]


def answer(both: SideBySide, everything: list[Training]) -> str:
    """The page in one sentence."""
    if not both.same_posts:
        return (
            "Not ranked: they were not all evaluated on the same posts. Compare two of them to have"
            " both models predict the same."
        )
    among = {each.number for each in both.trainings}
    found = ranking(data.store(), everything, among=among)
    if found is None:
        return "None of these trainings was evaluated."
    hint = f" {words.hint(found.hint)}." if found.hint else ""
    return f"{words.emphasised(found.sentence)}{hint}"


top = c.question("How do these runs differ?")
trainings = data.all_trainings()
known = list(identity.read(data.store(), trainings).known)
chosen = wanted(known)
both = side_by_side(data.store(), [each.training for each in chosen], trainings)
with top:
    c.answer(answer(both, trainings), generated=any(t.snapshot.generated for t in both.trainings))
ticked = {"ticked": ",".join(str(each.number) for each in chosen)}
c.way(pages.EXECUTIONS, "Choose others", ticked)
heads = [f"#{each.number} {each.training.name}".strip() for each in chosen]
names = {each.number: each.title for each in chosen}
c.lines(
    [Link(each.title, pages.EXECUTION, {"execution": str(each.number)}).markdown for each in chosen]
)
show_measured(both, heads)
show_chosen(both, heads)
if all(each.evaluation for each in both.trainings):
    show_two_metrics(both, trainings, names)
    show_parameters(both, names)
else:
    c.empty("Evaluate all of them to see them in a figure:", Command("evaluate", "EXECUTION"))
