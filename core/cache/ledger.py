"""Counting what the cache does: noted in this process, and sent on to Redis every second, where all nodes add up.

One hash holds the totals and one each minute; a field is ``namespace|engine|figure``. Noting costs a request no round
trip, and sending costs one for everything that happened since, however much it was.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from core.cache.connect import Client
from core.cache.key import SCHEMA, Namespace
from core.cache.link import Turn, Unavailable
from core.cache.outcome import Outcome, Tier
from core.cache.stats import Activity, Counts, Histogram, Minute

TOTALS = f"encore:stats:v{SCHEMA}:total"
MINUTE_S = 60
KEEP_S = 86_400
"""How long minutes are remembered, in seconds."""

_MICROSECONDS = frozenset({"computed_ms", "saved_ms"})
"""Figures that are kept as whole microseconds, since whole numbers add up exactly."""
_FIGURES = {figure.name for figure in fields(Counts)}
_NAMESPACES = {namespace.value for namespace in Namespace}
_OUTCOMES = {
    Outcome.MISS: "misses",
    Outcome.COALESCED: "coalesced",
    Outcome.BYPASS: "bypassed",
    Outcome.OFFLINE: "offline",
}


class Ledger:
    """The figures of this process, and those of all nodes in Redis."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock`` tells the time in seconds since the epoch."""
        self._clock = clock
        self._lock = threading.Lock()
        self._own: Counter[str] = Counter()
        self._unsent: defaultdict[int, Counter[str]] = defaultdict(Counter)

    def note(self, namespace: Namespace, engine: str, **figures: float) -> None:
        """Add to figures of :class:`Counts` by name."""
        self._add(
            {
                f"{namespace.value}|{engine}|{name}": round(amount * 1e3) if name in _MICROSECONDS else int(amount)
                for name, amount in figures.items()
            }
        )

    def note_request(
        self, namespace: Namespace, engine: str, outcome: Outcome, tier: Tier | None, ms: float, saved_ms: float
    ) -> None:
        """Count a request that was served."""
        figure = f"hits_{tier.value}" if tier is not None else _OUTCOMES[outcome]
        row = f"{namespace.value}|{engine}|"
        self._add(
            {
                f"{row}{figure}": 1,
                f"{row}saved_ms": round(saved_ms * 1e3),
                f"{row}latency:{outcome.value}:{int(ms * 1e3).bit_length()}": 1,
            }
        )

    def flush(self, turn: Turn) -> None:
        """Send what is unsent. Raises ``Unavailable``, and then keeps it for the next time."""
        with self._lock:
            unsent, self._unsent = self._unsent, defaultdict(Counter)
        if not unsent:
            return

        def step(client: Client) -> None:
            with client.pipeline(transaction=False) as pipeline:
                for minute, figures in unsent.items():
                    for field, amount in figures.items():
                        pipeline.hincrby(TOTALS, field, amount)
                        pipeline.hincrby(_minute_key(minute), field, amount)
                    pipeline.expire(_minute_key(minute), KEEP_S)
                pipeline.execute()

        try:
            turn.run(step)
        except Unavailable:
            with self._lock:
                for minute, figures in unsent.items():
                    self._unsent[minute].update(figures)
            raise

    def own(self) -> Sequence[Activity]:
        """What this process did since it started."""
        with self._lock:
            return _activity(self._own)

    def totals(self, turn: Turn) -> Sequence[Activity]:
        """What all nodes did, as far as it was sent. Raises ``Unavailable``."""
        answer: Any = turn.run(lambda client: client.hgetall(TOTALS))
        return _activity(_figures(answer))

    def minutes(self, turn: Turn, count: int) -> Sequence[Minute]:
        """The last ``count`` minutes of all nodes, oldest first, the current one included. Raises ``Unavailable``."""
        last = int(self._clock()) // MINUTE_S
        starts = range(last - count + 1, last + 1)

        def step(client: Client) -> list[Any]:
            with client.pipeline(transaction=False) as pipeline:
                for minute in starts:
                    pipeline.hgetall(_minute_key(minute))
                return list(pipeline.execute())

        return [
            Minute(minute * MINUTE_S, _activity(_figures(answer)))
            for minute, answer in zip(starts, turn.run(step), strict=True)
        ]

    def _add(self, figures: Mapping[str, int]) -> None:
        minute = int(self._clock()) // MINUTE_S
        with self._lock:
            self._own.update(figures)
            self._unsent[minute].update(figures)


def _minute_key(minute: int) -> str:
    return f"encore:stats:v{SCHEMA}:minute:{minute}"


def _figures(answer: Mapping[bytes, bytes]) -> Mapping[str, int]:
    return {field.decode(): int(amount) for field, amount in answer.items()}


def _activity(figures: Mapping[str, int]) -> Sequence[Activity]:
    rows: defaultdict[tuple[Namespace, str], dict[str, int]] = defaultdict(dict)
    for field, amount in figures.items():
        namespace, _, rest = field.partition("|")
        engine, _, figure = rest.rpartition("|")
        if namespace in _NAMESPACES:  # another version may know more
            rows[Namespace(namespace), engine][figure] = amount
    return [
        Activity(namespace, engine, _counts(row), _latency(row.items()))
        for (namespace, engine), row in sorted(rows.items())
    ]


def _counts(row: Mapping[str, int]) -> Counts:
    figures: dict[str, Any] = {
        name: amount / 1e3 if name in _MICROSECONDS else amount for name, amount in row.items() if name in _FIGURES
    }
    return Counts(**figures)


def _latency(row: Iterable[tuple[str, int]]) -> Mapping[Outcome, Histogram]:
    bins: defaultdict[Outcome, dict[int, int]] = defaultdict(dict)
    for figure, amount in row:
        name, _, place = figure.partition(":")
        if name == "latency":
            outcome, digits = place.split(":")
            bins[Outcome(outcome)][int(digits)] = amount
    return {outcome: Histogram(found) for outcome, found in bins.items()}
