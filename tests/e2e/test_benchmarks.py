"""The benchmarks run: a smoke, so that a figure can be had at any time; no figure is judged here."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUN_SECONDS = 120


def test_the_delivery_benchmark_prints_both_sides_and_their_ratio() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.delivery", "--messages", "400", "--rounds", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=True,
    )
    lines = run.stdout.splitlines()
    assert lines[0].startswith("chassis: ")
    assert lines[1].startswith("nats-py and psycopg: ")
    assert lines[2].startswith("ratio: ")
