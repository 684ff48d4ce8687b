"""How production stands, for those who decide on what may replace it."""

from core.drift.advice import advice_sentence
from core.drift.due import standing
from core.drift.report import report
from core.drift.sentence import change_sentences, headline, name_of
from core.errors import BrokenChainError
from core.hints import Command
from core.release import aliases
from core.release.drift_judged import MARKS, judged
from core.release.events import PRODUCTION
from core.release.released import released_model
from core.store import Store
from core.words import count


def how_it_stands(store: Store) -> tuple[str, ...]:
    """Whether production is ageing, by the posts that it has predicted, in sentences. Predicts
    nothing; empty where nothing is in production.
    """
    version = aliases.current(store).get(PRODUCTION)
    if version is None:
        return ()
    try:
        model = released_model(store, version)
    except BrokenChainError as error:
        return (f"{error.reason}.",)
    made, now = report(store, model), standing(store, model)
    by = judged(store, model, [made])[0]
    waiting = f"{count(now.waiting, 'newer post')} not yet predicted: {Command('drift')}"
    return (
        headline(made, name=name_of(PRODUCTION, version)),
        *change_sentences(made),
        *(f"{MARKS[each.exceeded]} {each.name}: {each.why}" for each in by.limits),
        advice_sentence(by.advice),
        *([by.retraining] if by.retraining else []),
        *([waiting] if now.waiting else []),
    )
