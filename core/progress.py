"""How long work tells its user where it is, and how the user tells it to stop."""

import threading
from collections.abc import Callable

from core.errors import Cancelled

Listener = Callable[[str, float], None]
"""Called with the stage's name ("enroll", "synthesize", "transcribe", …) and the done fraction in [0, 1]."""
Admission = Callable[[], None]
"""Called before the work waits for an engine; may raise :class:`~core.errors.Busy` instead of letting it."""
QueueListener = Callable[[int], None]
"""Called with how many are ahead in the queue for an engine, whenever that changes, and with 0 when the turn comes."""


class Progress:
    """One request's progress and its cancel switch; safe to use from several threads.

    Long work calls :meth:`update` often: it reports, and it is where a cancel takes effect.
    """

    def __init__(
        self,
        listener: Listener | None = None,
        queue_listener: QueueListener | None = None,
        admission: Admission | None = None,
    ) -> None:
        self._listener = listener
        self._queue_listener = queue_listener
        self._admission = admission
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether the user has asked to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to stop at its next :meth:`update`."""
        self._cancelled.set()

    def update(self, stage: str, fraction: float) -> None:
        """Report that ``stage`` is done to ``fraction`` in [0, 1]. Raises :class:`Cancelled` once cancelled."""
        self.checkpoint()
        if self._listener is not None:
            self._listener(stage, min(1.0, max(0.0, fraction)))

    def need_engine(self) -> None:
        """Tell that an engine is needed from here on. Raises :class:`Busy` where there is too much to do for that."""
        if self._admission is not None:
            self._admission()

    def queue(self, ahead: int) -> None:
        """Report that the work waits until ``ahead`` others are done; 0 when it goes on. Raises :class:`Cancelled`."""
        self.checkpoint()
        if self._queue_listener is not None:
            self._queue_listener(ahead)

    def checkpoint(self) -> None:
        """Raise :class:`Cancelled` once cancelled; for waits that have nothing to report."""
        if self._cancelled.is_set():
            raise Cancelled
