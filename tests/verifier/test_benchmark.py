"""The benchmark runs: a smoke, so that a figure can be had at any time; no figure is judged here."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUN_SECONDS = 120


def test_the_benchmark_prints_a_ratio_and_what_each_check_costs() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.verify", "--entries", "400", "--node"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=True,
    )
    lines = run.stdout.splitlines()
    assert lines[0].startswith("verify 400 entries")
    assert "ratio" in lines[0]
    assert [line.split("  ")[0] for line in lines[2:7]] == [
        f"without {name}" for name in ("proofs", "rules", "lists", "journals", "manifest")
    ]
    assert lines[7].startswith("the page's core in Node")
