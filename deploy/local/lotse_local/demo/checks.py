"""What the story expects, and whether it came true: a failed expectation is shown at once and decides the exit code."""

from dataclasses import dataclass, field
from typing import Protocol


class Say(Protocol):
    """Prints one line."""

    def __call__(self, text: str, style: str = "") -> None: ...


@dataclass
class Checks:
    """Expectations that held, and those that did not."""

    say: Say
    held: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def expect(self, sentence: str, holds: object) -> bool:
        """Note whether the sentence is true."""
        (self.held if holds else self.failed).append(sentence)
        if not holds:
            self.say(f"not true: {sentence}", "bold red")
        return bool(holds)
