"""A headless Chromium, spoken to over two pipes (DevTools protocol), so that no port and no other library is needed."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ANSWER_BYTES_MAX = 64 * 1024 * 1024
END_SECONDS = 20


class Chromium:
    """One browser with one page."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._number = 0
        self._left = b""
        self.requests: list[str] = []

    def __enter__(self) -> Self:
        commands, self._out = os.pipe()
        self._in, answers = os.pipe()
        arguments = [
            shutil.which("chromium") or "chromium",
            "--headless=new",
            "--remote-debugging-pipe",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            f"--user-data-dir={self._profile}",
            *(("--no-sandbox",) if os.geteuid() == 0 else ()),
            "about:blank",
        ]
        # The browser reads commands from descriptor 3 and answers on 4.
        shell = f'exec 3<&{commands} 4>&{answers}; exec {commands}<&- {answers}>&-; exec "$@"'
        self._process = subprocess.Popen(
            ["bash", "-c", shell, "chromium", *arguments], pass_fds=(commands, answers), stderr=subprocess.DEVNULL
        )
        os.close(commands)
        os.close(answers)
        page = next(one for one in self.say("Target.getTargets")["targetInfos"] if one["type"] == "page")
        attached = self.say("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "DOM", "Network"):
            self.ask(f"{domain}.enable")
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._write({"id": 0, "method": "Browser.close", "params": {}})
        self._process.wait(timeout=END_SECONDS)
        os.close(self._in)
        os.close(self._out)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """To the page."""
        return self.say(method, session=self._session, **params)

    def say(self, method: str, *, session: str | None = None, **params: Any) -> dict[str, Any]:
        """To the browser; events that come in between are looked at for requests."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        self._write(message if session is None else {**message, "sessionId": session})
        while True:
            answer = self._read()
            if answer.get("method") == "Network.requestWillBeSent":
                self.requests.append(answer["params"]["request"]["url"])
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def _write(self, message: dict[str, Any]) -> None:
        os.write(self._out, json.dumps(message).encode() + b"\0")

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            piece = os.read(self._in, 1 << 16)
            assert piece, "the browser went away"
            assert len(self._left) < ANSWER_BYTES_MAX
            self._left += piece
        message, _, self._left = self._left.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def open(self, path: Path) -> None:
        """A file, as a double click opens it."""
        self.ask("Page.navigate", url=path.as_uri())

    def value(self, expression: str) -> Any:
        """Of an expression in the page."""
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def choose(self, selector: str, files: Sequence[Path]) -> None:
        """Files for an input, as the dialogue would hand them over."""
        root = self.ask("DOM.getDocument")["root"]["nodeId"]
        node = self.ask("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.ask("DOM.setFileInputFiles", nodeId=node, files=[str(one) for one in files])

    def look(self, *, width: int, dark: bool) -> None:
        """With a window this wide, light or dark."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self) -> bytes:
        """PNG of the whole page."""
        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])
