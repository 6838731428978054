"""Telegram's bot API as far as a listener needs it: updates until they are confirmed, and what is answered."""

import asyncio
import json
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


class BotServer:
    """`updates` are given out until `confirmed` has passed them; `said` are the bodies of sendMessage."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.said: list[bytes] = []
        self.confirmed = 0
        self.url = ""
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *fault: object) -> None:
        if self._server is not None:
            self._server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path, length = head.split(" ")[1], 0
        for line in head.split("\r\n"):
            if line.lower().startswith("content-length:"):
                length = int(line.partition(":")[2])
        body = await reader.readexactly(length)
        result = self._answer(path, body)
        if not result and "getUpdates" in path:
            await asyncio.wait([asyncio.ensure_future(reader.read(1))], timeout=0.2)  # as long polling waits
        payload = json.dumps({"ok": True, "result": result}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(payload) + payload)
        await writer.drain()
        writer.close()

    def _answer(self, path: str, body: bytes) -> Any:
        if "sendMessage" in path:
            self.said.append(body)
            return {"message_id": 1}
        query = parse_qs(urlsplit(path).query)
        self.confirmed = max(self.confirmed, int(query["offset"][0]))
        waiting = [update for update in self.updates if update["update_id"] >= self.confirmed]
        return waiting[: int(query["limit"][0])]
