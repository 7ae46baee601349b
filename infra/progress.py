"""Progress that people can watch, and silence for programs; it goes to standard error."""

import contextlib
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

Advance = Callable[[int, int], None]


@contextlib.contextmanager
def counting(label: str, quiet: bool = False) -> Iterator[Advance]:
    """A bar for ``(done, total)`` calls of one task."""
    with Steps(quiet) as steps, steps.step(label) as advance:
        yield advance


class Steps:
    """A growing list of steps: the running one with a bar, the finished ones with their seconds."""

    def __init__(self, quiet: bool = False) -> None:
        """``quiet`` shows nothing at all."""
        self._bar: Any = None if quiet else _bar()

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    @contextlib.contextmanager
    def step(self, label: str) -> Iterator[Advance]:
        """One step; call what it gives with ``(done, total)``."""
        if self._bar is None:
            yield lambda _done, _total: None
            return
        began = time.monotonic()
        task = self._bar.add_task(label, total=None)
        try:
            yield lambda done, total: self._bar.update(task, completed=done, total=total)
        except BaseException:
            self._bar.console.print(f"[red]✗[/] {label}")
            raise
        finally:
            self._bar.remove_task(task)
        self._bar.console.print(f"[green]✓[/] {label} [dim]{time.monotonic() - began:.1f} s[/]")

    def note(self, line: str) -> None:
        """A line that stays, below the step that it belongs to."""
        if self._bar is not None:
            self._bar.console.print(f"    {line}", style="dim", markup=False, highlight=False)

    def end(self) -> None:
        """Leave the terminal to others."""
        if self._bar is not None:
            self._bar.stop()


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)
