"""How production came to be: the graph of a workspace, from posts to the servers that use it.

It reads what is recorded anyway and stores nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.executions import lineage
from core.pipeline.graph import Graph, Node, Stage
from core.release import aliases, candidates
from core.release.candidates import Candidate
from core.release.events import CANARY, PRODUCTION
from core.serving import servers
from core.snapshots import listing as snapshots_of
from core.store import Store
from core.store import executions as executions_table
from core.store import models as models_table
from core.store.executions import SUCCEEDED, Execution
from core.store.models import Evaluation, Model
from core.store.serving import Server
from core.store.snapshots import Snapshot
from core.words import count, three

SHORT = 16
"""Characters of a label."""
_BRINGING = ("import", "collect", "generate")
_STAGES = {
    "snapshot": Stage.SNAPSHOT,
    "train": Stage.TRAINING,
    "evaluate": Stage.EVALUATION,
    "compare": Stage.COMPARISON,
}
"""Which executions are nodes, beside those that bring posts. All others judge, and make nothing
that comes nearer to a release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What is recorded, as it was at one moment; executions oldest first, without failed ones."""

    executions: Sequence[Execution]
    sources: Mapping[int, frozenset[int]]
    snapshots: Mapping[int, Snapshot]
    models: Mapping[int, Model]
    evaluations: Mapping[int, Evaluation]
    candidates: Sequence[Candidate]
    names: Mapping[str, str]
    servers: Sequence[Server]


def read(store: Store) -> Graph:
    """Everything, oldest first. What noise, tuning and backtests ran for themselves is left out,
    unless something of the graph was made from it.
    """
    with store.read() as session:
        links = executions_table.links(session)
        kinds = (*_BRINGING, *_STAGES)
        rows = executions_table.listing(session, kinds=kinds, statuses=[SUCCEEDED])
        models = {model.execution: model for model in models_table.models(session)}
        evaluations = {each.execution: each for each in models_table.evaluations(session)}
    names, canary = aliases.named(store)
    found = _Read(
        executions=rows[::-1],
        sources=lineage.sources(links),
        snapshots={each.execution: each for each in snapshots_of(store)},
        models=models,
        evaluations=evaluations,
        candidates=candidates.listing(store)[::-1],
        names=names | ({CANARY: canary.version} if canary else {}),
        servers=servers.running(store),
    )
    nodes = [
        *_posts(found),
        *_runs(found),
        *_models(found),
        *_versions(found),
        *_aliases(found),
        *_endpoints(found),
    ]
    order = list(Stage)
    nodes.sort(key=lambda node: order.index(node.stage))
    whole = Graph(tuple(nodes), tuple(dict.fromkeys(_edges(found))))
    whole = whole.only({node.id for node in nodes})
    return whole.only(_worth_showing(whole, found))


def _worth_showing(graph: Graph, found: _Read) -> set[str]:
    """What somebody asked for, and what that was made from."""
    asked = {_execution(each.number) for each in found.executions if each.purpose is None}
    rest = (Stage.POSTS, Stage.VERSION, Stage.ALIAS, Stage.ENDPOINT)
    roots = [node.id for node in graph.nodes if node.id in asked or node.stage in rest]
    shown = {node.id for node in graph.ancestry(*roots).nodes}
    models = {node.id for node in graph.of(Stage.MODEL) if _execution(node.execution) in shown}
    return shown | models


def way(graph: Graph) -> tuple[str, ...]:
    """The ids whose ancestry is shown where nobody has chosen: production and the servers that use
    it; before the first release the newest version, else the newest training; none where there is
    neither.
    """
    production = [node.id for node in graph.of(Stage.ALIAS) if node.label == PRODUCTION]
    if production:
        after = graph.descent(*production)
        return tuple(node.id for node in after.nodes)
    for stage in (Stage.VERSION, Stage.MODEL):
        if nodes := graph.of(stage):
            return (nodes[-1].id,)
    return ()


def wanted(graph: Graph, text: str) -> tuple[str, ...]:
    """The ids that somebody means: an alias, a version, a snapshot's name, or ``#12``.

    Raises:
        NotFoundError: nothing in the graph is called so.
    """
    digits = text.removeprefix("#")
    found = of_execution(graph, int(digits)) if digits.isdecimal() and len(digits) < 10 else ()
    return found or (graph.find(text).id,)


def of_execution(graph: Graph, number: int) -> tuple[str, ...]:
    """The ids of an execution and of the model that it made; none where it is no node."""
    return tuple(node.id for node in graph.nodes if node.id in (_execution(number), _model(number)))


def _model(number: int) -> str:
    return f"model:{number}"


def _execution(number: int | None) -> str:
    return f"execution:{number}"


def _posts(found: _Read) -> Iterator[Node]:
    """Posts as they stood after each import or collection that a snapshot was made after."""
    arrived = 0
    used = {_last_bringing(each) for each in found.executions if each.kind == "snapshot"}
    for each in found.executions:
        if each.kind not in _BRINGING:
            continue
        arrived += _inserted(each)
        if each.number in used:
            yield Node(
                id=_execution(each.number),
                stage=Stage.POSTS,
                label=f"#{each.number}",
                detail=f"{count(arrived, 'post')} collected by #{each.number}",
                execution=each.number,
            )


def _last_bringing(snapshot: Execution) -> int | None:
    number = snapshot.inputs.get("last_import")
    return number if isinstance(number, int) else None


def _runs(found: _Read) -> Iterator[Node]:
    """Snapshots, trainings, evaluations and comparisons."""
    for each in found.executions:
        if each.kind in _STAGES and (detail := _detail(found, each)):
            yield Node(
                id=_execution(each.number),
                stage=_STAGES[each.kind],
                label=_label(found, each),
                detail=detail,
                execution=each.number,
                stale=_stale(found, each),
            )


def _label(found: _Read, execution: Execution) -> str:
    """Its number, with what people know it by where that is short."""
    snapshot, model = found.snapshots.get(execution.number), found.models.get(execution.number)
    if snapshot:
        return snapshot.id if len(snapshot.id) <= SHORT else f"{snapshot.id[: SHORT - 1]}…"
    return f"#{execution.number} {model.family}" if model else f"#{execution.number}"


def _detail(found: _Read, execution: Execution) -> str:
    """What it made; nothing where that had been made before."""
    number = execution.number
    if execution.kind == "snapshot":
        snapshot = found.snapshots.get(number)
        if snapshot is None:
            return ""
        posts = count(sum(snapshot.splits.values()), "post")
        return f"snapshot {snapshot.id}, made by #{number}, {posts}"
    if model := found.models.get(number):
        return f"training of {model.family}"
    if judged := found.evaluations.get(number):
        macro = f"macro F1 {three(judged.metrics['f1_macro'])}"
        return f"evaluation on {judged.split}, {count(judged.posts, 'post')}: {macro}"
    baseline, candidate = (execution.inputs.get(side) for side in ("baseline", "candidate"))
    return f"comparison of #{baseline} with #{candidate}"


def _stale(found: _Read, execution: Execution) -> str:
    """What came after it was made that it should have been made from."""
    newest = max(found.snapshots, default=0)
    read = {execution.number, *found.sources[execution.number]} & found.snapshots.keys()
    if read and max(read) < newest and execution.kind in ("snapshot", "train"):
        return f"snapshot {found.snapshots[newest].id} is newer"
    if execution.kind != "snapshot":
        return ""
    last = _last_bringing(execution) or execution.number
    new = sum(
        _inserted(each)
        for each in found.executions
        if each.kind in _BRINGING and each.number > last
    )
    return f"{count(new, 'post')} arrived since" if new else ""


def _inserted(execution: Execution) -> int:
    return int(execution.metrics.get("inserted", 0))


def _models(found: _Read) -> Iterator[Node]:
    for number in sorted(found.models):
        model = found.models[number]
        yield Node(
            id=_model(number),
            stage=Stage.MODEL,
            label=model.digest[:8],
            detail=f"{model.family} model of #{number},"
            f" {count(model.subreddits, 'subreddit')}, SHA-256 {model.digest[:12]}…",
            execution=number,
        )


def _versions(found: _Read) -> Iterator[Node]:
    approvals = sorted(
        (each.approval for each in found.candidates if each.approval), key=lambda one: one.at
    )
    for approval in approvals:
        yield Node(
            id=f"version:{approval.version}",
            stage=Stage.VERSION,
            label=approval.version,
            detail=f"version {approval.version}, approved by {approval.by}"
            f" on {approval.at:%Y-%m-%d}",
            execution=approval.candidate,
            stale="a newer version was approved" if approval is not approvals[-1] else "",
        )


def _aliases(found: _Read) -> Iterator[Node]:
    for alias, version in sorted(found.names.items()):
        yield Node(
            id=f"alias:{alias}",
            stage=Stage.ALIAS,
            label=alias,
            detail=f"the alias {alias} names version {version}",
        )


def _endpoints(found: _Read) -> Iterator[Node]:
    for server in found.servers:
        yield Node(
            id=f"endpoint:{server.id}",
            stage=Stage.ENDPOINT,
            label=server.address.removeprefix("http://").removeprefix("https://"),
            detail=f"server on {server.host}, {server.address}",
            stale="; ".join(alarm.title for alarm in server.alarms),
        )


def _edges(found: _Read) -> Iterator[tuple[str, str]]:
    for each in found.executions:
        for number in sorted(found.sources[each.number]):
            # What a training made is read as a model.
            made = _model(number) if number in found.models else _execution(number)
            yield made, _execution(each.number)
    for number in found.models:
        yield _execution(number), _model(number)
    for candidate in found.candidates:
        version = f"version:{candidate.version}"
        yield _model(candidate.number), version
        if candidate.comparison:
            yield _execution(candidate.comparison), version
        elif candidate.result:
            yield _execution(candidate.result.evaluation), version
    for alias, name in found.names.items():
        yield f"version:{name}", f"alias:{alias}"
    for server in found.servers:
        for alias in server.serving:
            yield f"alias:{alias}", f"endpoint:{server.id}"
