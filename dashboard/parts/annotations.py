"""What people note on an execution: shown, and changed in place."""

import streamlit as st

from core.access.identity import Role
from core.executions import Execution
from core.executions.annotations import (
    BASELINE,
    LONGEST_NAME,
    LONGEST_NOTE,
    TO_ANNOTATE,
    Annotations,
    annotate,
)
from dashboard import components as c
from dashboard import data, words
from dashboard.parts import acts
from dashboard.parts.acts import Act


def show_annotations(execution: Execution, now: Annotations, *, called: str) -> None:
    """Tags and note in a line, and the form that changes them, folded away.

    Args:
        called: what it is called without a name.
    """
    tags = " ".join(f":violet-badge[{words.plain(tag)}]" for tag in now.tags)
    note = f"“{words.plain(now.note)}”" if now.note else ""
    if tags or note:
        st.markdown(f"{tags} {note}".strip())
    with st.expander("Name, note and tags", icon=":material/edit_note:"):
        _show_form(execution.number, now, called)


def _show_form(number: int, now: Annotations, called: str) -> None:
    key = f"{number}-{acts.turn()}"
    with st.form(f"annotations-{key}", border=False):
        name = st.text_input(
            "Name",
            now.name,
            max_chars=LONGEST_NAME,
            key=f"name-{key}",
            placeholder=called,
            help="What pages and lists call it.",
        )
        note = st.text_input(
            "Note",
            now.note,
            max_chars=LONGEST_NOTE,
            key=f"note-{key}",
            help="One line. The audit log keeps it, also after it was changed.",
        )
        tags = st.multiselect(
            "Tags",
            list(dict.fromkeys([*now.tags, BASELINE])),
            list(now.tags),
            accept_new_options=True,
            key=f"tags-{key}",
            placeholder="one word each",
            help=f"Searched as tag:{BASELINE}. Other trainings are compared with the one tagged"
            f" {BASELINE}, where nobody has chosen another.",
        )

        def save() -> Annotations:
            gone = [tag for tag in now.tags if tag not in tags]
            return annotate(
                data.store(), number, name=name.strip(), note=note.strip(), add=tags, remove=gone
            )

        acts.offer(
            [
                Act(
                    key=f"save-{key}",
                    label="Save",
                    icon=":material/save:",
                    why_not=c.why_not(Role.REVIEWER, to=TO_ANNOTATE),
                    do=save,
                    done="Saved. The audit log keeps who changed what.",
                )
            ],
            in_form=True,
        )
