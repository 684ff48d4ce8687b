"""The table of what people note on executions, see :mod:`core.store.tables`."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.store.tables import RecordRow


class AnnotationEventRow(RecordRow):
    """A name, a note or a tag of an execution, given or taken. Appended, never changed, as release
    events are. No decision rests on it.
    """

    __tablename__ = "annotation_events"
    __table_args__ = ({"sqlite_autoincrement": True},)

    execution: Mapped[int] = mapped_column(ForeignKey("executions.number"), index=True)
    text: Mapped[str]
    """The name, the note or the tag; an empty name or note takes away the one before."""
