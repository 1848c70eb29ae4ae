"""What answers look like, for ``/openapi.json``.

The routes answer with the core's own JSON; tests hold it to this.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from core.cache.local import LocalSize
from core.cache.outcome import Outcome, Tier
from core.cache.stats import Footprint, RedisState
from core.finding import Level
from webui.api.sound import MEDIA_TYPES

Responses = dict[int | str, dict[str, Any]]


class _Exact(BaseModel):
    """Nothing but what is listed."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class ErrorDetails(_Exact):
    """What was wrong."""

    message: str
    """A sentence for people."""
    type: Literal["invalid_request_error", "rate_limit_error", "server_error"]
    param: str | None
    """The field that it was about, if there is one."""
    code: str
    """The same for every error of this kind."""


class Failure(BaseModel):
    """A failure, in the shape that OpenAI's clients know."""

    error: ErrorDetails
    request_id: str
    """As in the header `X-Request-Id`, and in the server's log."""


class StageReport(_Exact):
    """One step that went through the cache."""

    outcome: Outcome
    ms: float
    tier: Tier | None = None
    saved_ms: float = 0.0


class SegmentReport(StageReport):
    """One spoken segment."""

    text: str
    duration_s: float


class FindingReport(_Exact):
    """Something that was done otherwise than asked."""

    level: Level
    code: str
    message: str


class TakeReport(_Exact):
    """What was spoken, what the cache did for it, and what it took."""

    engine: str
    sample_rate: int
    duration_s: float
    speaker: StageReport | None
    segments: list[SegmentReport]
    outcome: Outcome
    total_ms: float
    first_audio_ms: float
    saved_ms: float
    seed: int
    similarity: float | None
    findings: list[FindingReport]


class Timed(_Exact):
    """A stretch of a transcript, in seconds from its beginning."""

    start_s: float
    end_s: float
    text: str


class Written(_Exact):
    """What a clip says, what the cache did for it, and what it took."""

    engine: str
    language: str
    text: str
    emotion: str | None
    events: list[str]
    segments: list[Timed]
    outcome: Outcome
    tier: Tier | None
    total_ms: float
    saved_ms: float


class Seconds(_Exact):
    """OpenAI's measure of a transcription."""

    type: Literal["duration"]
    seconds: float


class VerboseSegment(_Exact):
    """A stretch of a transcript as OpenAI tells it, in seconds."""

    id: int
    start: float
    end: float
    text: str


class PlainTranscript(_Exact):
    """``json``: the words; ``encore`` is the report."""

    text: str
    encore: Written


class VerboseTranscript(_Exact):
    """``verbose_json``: the words with their times; ``encore`` is the report."""

    task: Literal["transcribe"]
    language: str
    duration: float
    text: str
    segments: list[VerboseSegment]
    usage: Seconds
    encore: Written


class FileTranscript(_Exact):
    """What became of one file of several."""

    name: str
    report: Written | None
    error: ErrorDetails | None


class CountFigures(_Exact):
    """What happened."""

    hits_local: int
    hits_redis: int
    misses: int
    coalesced: int
    bypassed: int
    offline: int
    errors: int
    damaged: int
    bytes_stored: int
    computed_ms: float
    saved_ms: float
    requests: int
    hits: int
    hit_rate: float


class LatencyFigures(_Exact):
    """Milliseconds within which half, and 95 of 100, were served."""

    p50_ms: float | None
    p95_ms: float | None


class ActivityFigures(CountFigures):
    """What happened in one namespace with one engine."""

    namespace: str
    engine: str
    latency: dict[str, LatencyFigures]


class NoticeText(_Exact):
    """Something that somebody should look at."""

    code: str
    message: str


class CacheFigures(_Exact):
    """What ``encore cache stats --json`` prints."""

    redis: RedisState
    local: LocalSize
    total: CountFigures
    activity: list[ActivityFigures]
    stored: list[Footprint]
    notices: list[NoticeText]


class EngineState(_Exact):
    """One engine at this moment."""

    usable: bool
    loaded: bool
    working: int
    waiting: int


class Sign(_Exact):
    """What strangers are told of that."""

    status: Literal["ok", "unavailable"]


class Health(BaseModel):
    """Whether the default engine can be used."""

    status: Literal["ok", "unavailable"]
    engine: str
    engines: dict[str, EngineState]
    queue: int
    redis: bool


class Model(_Exact):
    """An engine as OpenAI's clients list models; ``encore`` is what another Encore has to know."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: Literal["encore"]
    encore: dict[str, Any]


class Models(_Exact):
    """The engines."""

    object: Literal["list"]
    data: list[Model]


class Voice(BaseModel):
    """A voice that can be asked for by ``name``."""

    model_config = ConfigDict(extra="allow")

    name: str
    kind: Literal["saved", "stock"]
    model: str | None = None
    """The engine that it comes with; any engine that clones speaks in a saved one."""


class Voices(_Exact):
    """The voices."""

    voices: list[Voice]


FAILURES: Responses = {
    "4XX": {
        "model": Failure,
        "description": (
            "What was asked for cannot be done as asked: 400, or 404 for an engine or voice that does not exist, "
            "413 for too much, 429 for too much in a short time (`Retry-After` says when to come back)."
        ),
    },
    "5XX": {
        "model": Failure,
        "description": (
            "500 if an engine broke; 503 if it is not there, or all is busy (`Retry-After` says when to come back)."
        ),
    },
}
"""How every route fails."""


def _header(description: str, kind: str = "string", *, always: bool = False) -> dict[str, Any]:
    return {"description": description, "schema": {"type": kind}, "required": always}


REPORTED = {
    "X-Encore-Engine": _header("The engine that worked.", always=True),
    "X-Encore-Outcome": _header("What the cache did: hit, miss, coalesced, bypass or offline."),
    "X-Encore-Total-Ms": _header("What it took, in milliseconds.", "number"),
    "X-Encore-Saved-Ms": _header("Engine time that the cache saved, in milliseconds.", "number"),
    "X-Encore-Report": _header("The whole report as JSON, unless it is long."),
}
"""The report as headers. A stream has the first alone: the rest is not known when it begins."""
SPOKEN = REPORTED | {
    "X-Encore-Fingerprint": _header("What the engine and its model are.", always=True),
    "X-Encore-Seed": _header("The seed that was used.", "integer"),
    "X-Encore-Audio": _header("Where the same file can be had again, whole or in part."),
}
"""Headers of a take."""
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


_EVENT = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": (
                "`speech.audio.delta` has the file's next bytes in base64 as `audio`, `speech.audio.done` the report "
                "as `encore`, and `error` what went wrong as `error`; which it is stands in `type`."
            ),
        }
    },
}


def sound(description: str, *, events: bool = False) -> dict[str, Any]:
    """An answer that is a take in any of the formats, or ``events``."""
    content = dict.fromkeys((kind.partition(";")[0] for kind in MEDIA_TYPES.values()), _BINARY)
    if events:
        content["text/event-stream"] = {"schema": _EVENT}
    return {"description": description, "headers": SPOKEN, "content": content}


AUDIO_FILE: Responses = {
    200: {"description": "The file.", "content": {"audio/*": _BINARY, "application/octet-stream": _BINARY}},
    206: {
        "description": "The part, or the parts, that `Range` asks for.",
        "content": {"audio/*": _BINARY, "multipart/byteranges": _BINARY},
    },
    304: {"description": "It is the one that `If-None-Match` names."},
    416: {"description": "It has no such part."},
}
"""What a stored file's address gives."""
