"""The registry of runs: a folder each, with what it was made from and what came out."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402


def write_run(runs: Path, name: str, recipe: dict, rows_sha256: str, summary: dict, figures: dict) -> Path:
    """Writes run.json and curve.png into a new folder and answers it."""
    at = datetime.now(UTC)
    folder = runs / f"{at:%Y%m%d-%H%M%S}-{name}"
    folder.mkdir(parents=True)
    curve = summary.pop("curve")
    run = {
        "name": name,
        "at": at.isoformat(timespec="seconds"),
        "commit": commit(),
        "rowsSha256": rows_sha256,
        "recipe": recipe,
        **summary,
        "figures": figures,
    }
    (folder / "run.json").write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n")
    draw(curve, folder / "curve.png")
    return folder


def ancestors(run: Path) -> list[Path]:
    """The runs from whose weights or answers this one has learned, theirs too. A run that is gone raises FileNotFoundError: nobody could say what it saw."""
    recipe = json.loads((run / "run.json").read_text())["recipe"]
    parents = [Path(parent) for parent in (recipe.get("continue_from"), *recipe.get("teachers", [])) if parent is not None]
    return list(dict.fromkeys([*parents, *(older for parent in parents for older in ancestors(parent))]))


def sets_of(run: Path) -> set[str]:
    """The sets that a run has learned from, by itself."""
    return set(json.loads((run / "run.json").read_text())["sets"])


def commit() -> str:
    here = Path(__file__).parent
    answer = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=here, capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def draw(curve: list[dict], path: Path) -> None:
    """Loss of each head over the steps, a mean over the last five points."""
    figure, axes = pyplot.subplots(figsize=(7, 4))
    for head in ("sentiment", "intensity", "topics", "certainty", "mention"):
        points = [(point["step"], point[head]) for point in curve if head in point]
        if len(points) >= 5:
            steps, values = zip(*points, strict=True)
            axes.plot(steps[4:], [sum(values[i - 4 : i + 1]) / 5 for i in range(4, len(values))], label=head)
    axes.set_xlabel("step")
    axes.set_ylabel("loss")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    pyplot.close(figure)
