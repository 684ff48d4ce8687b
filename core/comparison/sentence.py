"""The comparison in one sentence. Pure; it never says more than the numbers do."""

from typing import Any

_UNTESTED = "Whether this is more than chance is not tested yet."


def verdict_sentence(summary: dict[str, Any], *, baseline: str, candidate: str) -> str:
    """What the numbers say of ``candidate`` (a name such as ``#18``) against ``baseline``.

    Until intervals and the noise of retraining are measured, a difference is stated, not judged.
    """
    macro = summary["metrics"]["f1_macro"]
    values = f"{macro['candidate']:.3f} against {macro['baseline']:.3f}"
    if round(macro["difference"], 3) == 0:
        head = f"{candidate} and {baseline} have the same macro F1 ({values})"
    else:
        word = "higher" if macro["difference"] > 0 else "lower"
        size = f"{abs(macro['difference']):.3f}"
        head = f"{candidate} has a macro F1 {size} {word} than {baseline} ({values})"
    sentences = [f"{head} {_posts(summary)}.", _labels(summary), _churn(summary), _UNTESTED]
    return " ".join(filter(None, sentences))


def _posts(summary: dict[str, Any]) -> str:
    if summary["kind"] == "paired":
        return f"on the same {summary['posts']:,} posts"
    return "on different posts, so the difference is of posts as well as of models"


def _labels(summary: dict[str, Any]) -> str:
    added, removed = summary["subreddits"]["added"], summary["subreddits"]["removed"]
    parts = [
        f"knows {added} more" if added else "",
        f"no longer knows {removed}" if removed else "",
    ]
    said = " and ".join(filter(None, parts))
    return f"It {said} of the subreddits." if said else ""


def _churn(summary: dict[str, Any]) -> str:
    churn = summary["churn"]
    if churn is None or not summary["posts"]:
        return ""
    shares = {name: churn[name] / summary["posts"] for name in ("changed", "fixed", "broken")}
    return (
        f"{shares['changed']:.1%} of first predictions changed: {shares['fixed']:.1%} fixed,"
        f" {shares['broken']:.1%} broken."
    )
