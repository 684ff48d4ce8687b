"""The words of the project, each explained once: for the help on pages and for docs/glossary.md."""

import sys
from types import MappingProxyType

TERMS = MappingProxyType(
    {
        "alias": "A movable name for a version, such as production, staging or canary.",
        "anchor": "The number and hash of an audit log entry, stored where nobody can edit both. It"
        " proves that nothing up to this entry has changed.",
        "approval": "A reviewer's decision that a candidate may be released. It is tied to the"
        " evidence shown, and becomes void when that evidence changes.",
        "artifact": "A stored file, named by the SHA-256 of its content and checked every time it"
        " is loaded.",
        "audit log": "The list of all decisions. Each entry contains the hash of the one before, so"
        " that a later edit can be detected.",
        "backtest": "Training as it was possible at earlier moments, and measuring each of these"
        " models on the posts that came later. `signoff backtest` shows how models age.",
        "balanced accuracy": "The mean share of each subreddit's posts that are predicted"
        " correctly. Each subreddit has the same weight.",
        "baseline": "The evaluation that a candidate is compared with, usually the production"
        " version.",
        "Brier score": "The mean squared distance of p@1 from 1 (if the first prediction is right)"
        " or 0 (if it is wrong). Lower is better.",
        "calibration": "Whether probabilities can be taken at face value: of the posts with p@1"
        " near 0.8, about 80% should be right.",
        "canary": "A version that receives a fixed share of the traffic. Each caller keeps getting"
        " the same version while the canary runs.",
        "candidate": "In a comparison, the evaluation that is compared with the baseline. In a"
        " release, a trained model that was proposed for production.",
        "churn": "The posts whose first prediction differs between two models: fixed, broken, or"
        " swapped (both wrong, in different ways).",
        "comparison": "A baseline evaluation against a candidate evaluation. It is paired if both"
        " models predicted the same posts, otherwise unpaired.",
        "confidence": "The probability that a model gives to its first prediction; see p@1.",
        "confidence interval": "The range that holds the true value in 95% of samples like this"
        " one.",
        "cut-off": "The moment of a backtest's training: the model knows only posts from before it,"
        " and is measured on those after it.",
        "demand": "Subreddits that users name as the right answer, and that the model does not"
        " know.",
        "digest": "The SHA-256 of some content. The same content always has the same digest, so any"
        " change shows.",
        "drift": "New posts come to differ from the posts that a model was trained and validated"
        " on, so that it ages. `signoff drift` shows this window by window.",
        "ECE": "Expected calibration error: the mean gap between p@1 and the share of right"
        " predictions, over 15 bins of p@1.",
        "estimated accuracy": "What accuracy is by the model's own probabilities, without labels,"
        " corrected by how much further the models of a backtest fell than theirs said.",
        "evaluation": "One model applied to one split: its predictions and the metrics computed"
        " from them.",
        "evidence": "Everything a release decision is based on: the evaluation, the comparison with"
        " production, and the answers of the gates.",
        "execution": "One recorded run of one step, such as import, train or compare, with its"
        " code, parameters, inputs and outputs. It is written as #12.",
        "family": "A kind of model, such as fasttext, with its own parameters.",
        "feedback": "What users answer about the suggestions they got.",
        "fingerprints": "Hashes of some passages of a snapshot's texts. They tell whether two"
        " snapshots hold the same texts, whatever the posts' ids and times. They are sealed.",
        "gate": "One condition of the release policy. Its verdict is pass, fail or inconclusive.",
        "heartbeat": "What a server reports every few seconds: which versions it serves, and"
        " what is wrong.",
        "job": "A piece of long work that a page asks for, such as opening a sealed test. It runs"
        " in a process of its own, one at a time, whatever becomes of the page.",
        "KS distance": "Kolmogorov-Smirnov distance: the largest gap between two cumulative"
        " distributions, from 0 (same) to 1.",
        "label coverage": "The share of posts whose subreddit the model knows. It cannot get"
        " other posts right.",
        "leakage": "Test posts, near-duplicates or parts of them, among the training posts. They"
        " make a model look better than it is.",
        "ledger": "The list of all openings of sealed test splits.",
        "log loss": "The mean of −ln p, where p is the probability given to the right subreddit."
        " Lower is better.",
        "macro F1": "The mean of the F1 scores of all subreddits, each with the same weight.",
        "Matthews correlation": "How well predictions and subreddits agree: 1 if all are right,"
        " about 0 by chance.",
        "McNemar test": "Compares two models on the same posts, using only the posts that exactly"
        " one of them gets right.",
        "near-duplicate": "A post whose text is almost the same as another post's, such as a"
        " crosspost.",
        "noise band": "How far a metric moves when nothing but the random seed of the training"
        " changes; with `--halves`, also when the training posts are others. `signoff noise`"
        " measures it.",
        "notification": "A message about a decision or an alarm of drift to an address that the"
        " project's `signoff.toml` names, by webhook, Slack or mail.",
        "opening": "One recorded use of a sealed test split.",
        "override": "Approving a candidate although a gate fails. It needs a written reason, which"
        " stays in the history.",
        "p@1": "The probability that a model gives to its first prediction.",
        "pipeline": "The steps of a project from posts to a proposal, written in signoff.toml."
        " `signoff pipeline run` runs what has changed.",
        "policy": "Which gates a candidate must pass and how a release proceeds. It is written in"
        " release-policy.toml and takes effect when it is adopted.",
        "post": "One Reddit submission: a title, often with a body.",
        "precision@k": "The share of the first k predictions that are right, or recall@k / k.",
        "project": "A folder with a signoff.toml, which a team keeps in its own git repository:"
        " settings, pipeline, policy and topics.",
        "PSI": "Population stability index: how far two distributions differ. It is 0 for equal"
        " ones and has no upper limit.",
        "q-value": "A p-value adjusted for testing many subreddits at once (Benjamini-Hochberg)."
        " Below 0.05, a change is called better or worse.",
        "recall@k": "The share of posts whose subreddit is among the first k predictions.",
        "reproduction": "Running an execution again, with its own code on what it read, to see"
        " whether the same comes out: to the byte, or within the noise of retraining.",
        "retraining": "A training that `signoff noise` repeats with another seed. It belongs to the"
        " training that it repeats, and is never a candidate by itself.",
        "role": "What a person may do: a viewer looks, a reviewer compares and decides, a releaser"
        " moves aliases, an admin grants roles.",
        "rollback": "Moving an alias back to the version that it named before.",
        "sealed test": "The newest posts of a snapshot. They stay encrypted until a candidate is"
        " tested on them, and every opening is recorded.",
        "sealing the store": "Taking the texts of a sealed test's posts out of the database, too."
        " They are encrypted with the key of the sealed splits until an admin releases them.",
        "shadow": "A version that answers a copy of the traffic. Its answers are recorded and never"
        " shown to users.",
        "slice": "A part of the posts, such as link posts or posts with long titles, compared on"
        " its own.",
        "snapshot": "An unchangeable set of posts with its training, validation and test splits.",
        "split": "A part of a snapshot: train, valid (validation) or test. By default the oldest"
        " posts are train and the newest are test.",
        "staging": "The alias a version must have had before it can go to production.",
        "step": "One part of a pipeline, such as train or compare. Its result is reused until its"
        " code, its parameters or what it reads changes.",
        "submission": "A text that a user sent to the demo page or the API.",
        "subreddit": "The community a post belongs to. It is the label that the model predicts.",
        "support": "The number of posts that a subreddit has in a split.",
        "test budget": "How many candidates a sealed test split can judge reliably. It follows from"
        " its number of posts and from the policy.",
        "tombstone": "The record that a post was erased, so that it is never imported again.",
        "topic group": "Subreddits about similar things, from topics.toml or from what a model"
        " confuses.",
        "version": "A released model, named by its date, such as 20260531.1.",
        "Wasserstein distance": "How far p@1 differs on average between two sets of predictions.",
        "window": "A day, a week (from Monday on) or a month, in UTC, of which drift is measured.",
        "workspace": "The folder with the database, the artifacts and the key of the sealed splits."
        " SIGNOFF_HOME sets it.",
    }
)
"""Term -> what it means, in one or two sentences."""


def meaning(term: str) -> str:
    """What a term means, for the help (?) of a page.

    Raises:
        KeyError: the glossary has no such term.
    """
    return TERMS[term]


def document() -> str:
    """docs/glossary.md."""
    lines = ["# Glossary", "", "Made by `python -m core.glossary > docs/glossary.md`.", ""]
    return "\n".join([*lines, *(f"- **{term}**: {TERMS[term]}" for term in TERMS), ""])


if __name__ == "__main__":
    sys.stdout.write(document())
