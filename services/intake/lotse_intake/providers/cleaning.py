"""Runs the cleaner for one uploaded file: few at a time, for a bounded time, and without any secret of ours."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

from lotse_chassis.faults import Refused
from lotse_intake.domain.files import MediaType
from lotse_intake.providers.cleaner import EXIT_CANNOT_CLEAN, EXIT_LIES, EXIT_TOO_MANY_PIXELS

CLEANERS_MAX = 1  # at a time; each may use a core and up to half a gigabyte
CLEAN_SECONDS_MAX = 60.0

_PROGRAM = Path(__file__).with_name("cleaner.py")
_REFUSALS = {EXIT_LIES: "file_lies", EXIT_TOO_MANY_PIXELS: "image_too_large", EXIT_CANNOT_CLEAN: "file_not_cleanable"}


class Cleaning:
    """The queue before the cleaner."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(CLEANERS_MAX)

    async def cleaned(self, content: bytes, media_type: MediaType) -> tuple[bytes, MediaType]:
        """The file as we keep it, and what it is now. Raises Refused if it is not what it claims, or not cleanable."""
        async with self._turn:
            return await _run(content, media_type), "image/jpeg" if media_type == "image/heic" else media_type


async def _run(content: bytes, media_type: MediaType) -> bytes:
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # the folder of the program is no place to import from
        str(_PROGRAM),
        media_type,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
    )
    try:
        async with asyncio.timeout(CLEAN_SECONDS_MAX):
            cleaned, _ = await program.communicate(content)
    except TimeoutError:
        raise Refused("file_not_cleanable") from None
    finally:
        with suppress(ProcessLookupError):
            program.kill()
        await program.wait()
    if program.returncode != 0:
        raise Refused(_REFUSALS.get(program.returncode or 0, "file_not_cleanable"))
    return cleaned
