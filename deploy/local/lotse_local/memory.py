"""How much memory each process takes: its proportional share (PSS), children included."""

from typing import Any

import psutil

BYTES_A_MEBIBYTE = 1024 * 1024
SUPERVISOR = "lotse up"
NURSERY = "nursery"  # the code that services share


def of(state: dict[str, Any]) -> dict[str, int]:
    """MiB by process name, the supervisor's own among them; empty where the system does not tell."""
    pids = {name: process["pid"] for name, process in state["processes"].items() if process.get("pid")}
    if "pid" in state:
        pids[SUPERVISOR] = state["pid"]
    if state.get("nursery_pid"):
        pids[NURSERY] = state["nursery_pid"]
    sizes = {name: _mebibytes(pid, with_children=name not in {SUPERVISOR, NURSERY}) for name, pid in pids.items()}
    return {name: size for name, size in sizes.items() if size is not None}


def _mebibytes(pid: int, *, with_children: bool) -> int | None:
    try:
        process = psutil.Process(pid)
        family = [process, *(process.children(recursive=True) if with_children else [])]
        return sum(int(_share(one)) for one in family) // BYTES_A_MEBIBYTE
    except psutil.Error:
        return None


def _share(process: psutil.Process) -> float:
    try:
        found = process.memory_full_info()
    except psutil.NoSuchProcess:
        return 0.0
    return float(getattr(found, "pss", found.rss))
