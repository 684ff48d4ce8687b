"""Checks of what decisions rest on: keys, the audit log, released models, the policy."""

from importlib.metadata import PackageNotFoundError, version

from core import audit
from core.errors import NotFoundError, SignoffError, UnavailableError
from core.hints import Command, Hint
from core.release import adoption
from core.release.events import PRODUCTION
from core.release.policy import FILE, parse
from core.settings import settings
from core.snapshots import recognising
from core.snapshots.read import listing
from core.snapshots.recognising import Fits
from core.store import models, releases
from core.store.models import Model
from core.upkeep.finding import Found, Look, fine, refused, unknown, wrong
from core.words import count


def seal_keys(look: Look) -> Found:
    """Whether the keys at hand are those of the sealed splits; none is opened for that."""
    snapshots = [
        s for s in listing(look.store) if look.store.artifacts.place(s.sealed_test).exists()
    ]
    if not snapshots:
        return fine("Nothing is sealed yet.")
    if settings().ci:
        return unknown("In continuous integration (SIGNOFF_CI), nothing uses the key.")
    fitting = {snapshot.id: recognising.fits(look.store, snapshot) for snapshot in snapshots}
    without = [name for name, fits in fitting.items() if fits is Fits.NONE]
    if without:
        return wrong(
            f"The key does not fit {count(len(without), 'sealed split')} of {len(snapshots)}, such"
            f" as the test split of {without[0]}.",
            Hint(
                "Restore the key that they were sealed with, or freeze a newer snapshot.",
                Command("snapshot create"),
            ),
        )
    if Fits.PREVIOUS in fitting.values():
        return wrong(
            "A change of the key was cut off: some splits are sealed with the previous one.",
            Hint("Finish it.", Command("seal rotate")),
        )
    return fine(f"The key fits {count(len(snapshots), 'sealed split')}; none was opened.")


def audit_log(look: Look) -> Found:
    """Whether the log is what was written, signatures and anchors included."""
    checked = audit.verify(look.store)
    if checked.broken is None:
        try:
            checked = audit.verify(look.store, anchors=audit.anchors_of_itself())
            unpushed = audit.unpushed_anchors(settings().audit_anchor) if checked.anchors else []
        except UnavailableError as error:
            return unknown(f"Intact, but its anchors were not read: {error.reason}.", error.hint)
        except SignoffError as error:
            return wrong(f"Intact, but not compared with anchors: {error.reason}.", error.hint)
        if unpushed:
            return wrong(
                f"It is intact, but {count(len(unpushed), 'anchor')} of it are not pushed yet.",
                f"Run git push in {settings().audit_anchor}.",
            )
    if checked.broken is not None:
        return wrong(
            f"It is broken at entry {checked.broken.number}: {checked.broken.why}.",
            "Leave the database as it is, and compare it with a backup or an earlier export.",
        )
    unsigned = sum(len(each.missing) + len(each.foreign) for each in checked.unsigned)
    parts = [
        f"Intact: {count(checked.events, 'entry', 'entries')}",
        f"{count(checked.anchors or 0, 'anchor')}",
        f"{checked.signed:,} signed" + (f", {unsigned:,} without their key" if unsigned else ""),
    ]
    return fine(f"{', '.join(parts)}.")


def released(look: Look) -> Found:
    """Whether this Signoff can load and ask the models that aliases name."""
    with look.store.read() as session:
        named = releases.aliases(session)
        versions = {name: releases.version(session, version) for name, version in named.items()}
        found = {
            name: models.model(session, version.candidate)
            for name, version in versions.items()
            if version is not None
        }
    for done, (alias, name) in enumerate(named.items()):
        look.progress("Loading released models", done, len(named))
        model = found.get(alias)
        problem = (
            wrong(
                "Its model is not recorded.", Hint("See what was changed.", Command("audit verify"))
            )
            if model is None
            else _problem(look, model, read=alias == PRODUCTION)
        )
        if problem is not None:
            return wrong(f"{alias} names {name}. {problem.sentence}", problem.hint or "")
    if not named:
        return fine("No alias names a version yet.")
    how = "can be loaded" if look.thorough else "are there (--thorough loads them)"
    return fine(f"The models of {count(len(named), 'alias', 'aliases')} {how}.")


def policy(look: Look) -> Found:
    """Whether the policy in force is what the team's file says."""
    with look.store.read() as session:
        now = adoption.in_force(session)
    content = adoption.draft(look.home)
    if content is None:
        return fine(f"In force: {now.named}.")
    path = adoption.policy_file(look.home)
    written = parse(content, source=str(path))
    if written.digest == now.digest:
        return fine(f"In force: {now.named}; {FILE} says the same.")
    with look.store.read() as session:
        asked = adoption.request_for(session, written.digest)
    if asked is not None:
        return fine(f"{asked.by} has asked for what {FILE} says; somebody else has to adopt it.")
    return wrong(
        f"{path} differs from the policy in force.",
        Hint("It takes effect when it is adopted.", adoption.ADOPTING),
    )


def _problem(look: Look, model: Model, *, read: bool) -> Found | None:
    """Why a model cannot be asked, or answers worse than it could; None where nothing is known.

    Args:
        read: compare its file with its digest even if the look is not thorough.
    """
    from core.text import NORMALISER
    from core.training import families  # takes a second, which a workspace without models spares
    from core.training.load import load, require_readable

    try:
        for package in families.kind(model.family).packages:
            _require(package, model)
        require_readable(model, NORMALISER)
        if look.thorough:
            load(look.store, model)
        elif read or not look.store.artifacts.place(model.digest).exists():
            look.store.artifacts.open(model.digest)
    except SignoffError as error:
        return refused(error)
    if model.normaliser != NORMALISER:
        return wrong(
            f"It was trained with version {model.normaliser} of the text normaliser, and this"
            f" Signoff has version {NORMALISER}: a few texts reach it in other words than it"
            " learned from.",
            Hint("Train it again on a new snapshot.", Command("snapshot create")),
        )
    return None


def _require(package: str, model: Model) -> None:
    try:
        version(package)
    except PackageNotFoundError:
        raise NotFoundError(
            f"Its model is of the kind {model.family}, and the package {package} is not installed",
            "Install signoff[onnx]." if model.family == "onnx" else f"Install {package}.",
        ) from None
