"""The peers' environment: apart from ours, since Evidently needs older packages than we use."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PYTHON = HERE / ".peers" / "venv" / "bin" / "python"
PEERS = ("mlflow", "evidently", "scikit-learn")
_PINNED = re.compile(r"(?m)^([\w-]+)==(\S+)")
_SILENT = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1", "GIT_PYTHON_REFRESH": "quiet"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a peer: its figures, or ``failed`` with the reason why there are none."""

    seconds: float = 0.0
    peak_mib: float = 0.0
    note: str = ""
    failed: str = ""

    def __str__(self) -> str:
        if self.failed:
            return self.failed
        return f"{self.seconds:.1f} s, {self.peak_mib:,.0f} MiB"


def run(peer: str, file: Path, *, limit: float) -> Outcome:
    """Run a peer on a file of predictions (see ``peer.py``) for at most ``limit`` seconds."""
    # -P: modules beside the script must not stand in for those of the standard library.
    words = [str(PYTHON), "-P", str(HERE / "peer.py"), peer, str(file)]
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            text=True,
            timeout=limit,
            check=False,
            env={**os.environ, **_SILENT},
            cwd=file.parent,
        )
    except FileNotFoundError:
        return Outcome(failed="not installed: make bench-peers")
    except subprocess.TimeoutExpired:
        return Outcome(failed=f"> {limit:g} s")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
        return Outcome(failed=f"fails: {last[:80]}")
    return Outcome(**json.loads(done.stdout.strip().splitlines()[-1]))


def versions(*chosen: str) -> dict[str, str]:
    """The versions of these peers, or of :data:`PEERS`, as pinned in ``peers.txt``."""
    pinned = dict(_PINNED.findall((HERE / "peers.txt").read_text(encoding="utf-8")))
    return {peer: pinned[peer] for peer in chosen or PEERS}
