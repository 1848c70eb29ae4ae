"""Parts of a file, and whether it is wanted at all: HTTP's conditional and range requests (RFC 9110, 13 and 14)."""

import re
import secrets
from collections.abc import Mapping, Sequence

from fastapi import Response

MOST_RANGES = 16
"""Whoever asks for more parts at once gets the whole."""
_RANGES = re.compile(r"bytes=\s*((?:\d+-\d*|-\d+)(?:\s*,\s*(?:\d+-\d*|-\d+))*)\s*", re.IGNORECASE)
_LONGEST = 18
"""Digits of the largest number that is looked at."""

Span = tuple[int, int]
"""Start and end (exclusive) of a part."""


def respond(data: bytes, media_type: str, asked: Mapping[str, str], headers: Mapping[str, str]) -> Response:
    """``data``, the part of it that the request headers ``asked`` want, or nothing where they know it already.

    ``headers`` go with it, and hold its strong ``ETag``.
    """
    etag = headers["ETag"]
    told = {**headers, "Accept-Ranges": "bytes"}
    if _matches(asked.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=told)
    spans = _spans(asked.get("range", ""), len(data))
    # A part of what has changed since must not be joined to what was there before.
    if spans is None or asked.get("if-range", etag) != etag:
        return Response(data, 200, told, media_type)
    if not spans:
        return Response(status_code=416, headers=told | {"Content-Range": f"bytes */{len(data)}"})
    if len(spans) == 1:
        ((start, end),) = spans
        return Response(data[start:end], 206, told | {"Content-Range": _place(spans[0], len(data))}, media_type)
    boundary = secrets.token_hex(16)
    body = _joined(data, spans, media_type, boundary)
    return Response(body, 206, told, f"multipart/byteranges; boundary={boundary}")


def _matches(known: str, etag: str) -> bool:
    """Whether ``If-None-Match`` names ``etag``."""
    return known.strip() == "*" or etag in (each.strip().removeprefix("W/") for each in known.split(","))


def _spans(header: str, size: int) -> Sequence[Span] | None:
    """The parts that exist of those that are asked for; None for the whole, also for what is not understood."""
    match = _RANGES.fullmatch(header)
    if match is None:
        return None
    asked = [each.strip().split("-") for each in match[1].split(",")]
    if len(asked) > MOST_RANGES or any(len(number) > _LONGEST for pair in asked for number in pair):
        return None
    if any(first and last and int(first) > int(last) for first, last in asked):
        return None
    spans = [
        (int(first), min(size, int(last) + 1) if last else size) if first else (max(0, size - int(last)), size)
        for first, last in asked
    ]
    spans = [(start, end) for start, end in spans if start < end]
    # Parts that overlap could make a small file large.
    return None if sum(end - start for start, end in spans) > size else spans


def _joined(data: bytes, spans: Sequence[Span], media_type: str, boundary: str) -> bytes:
    """Several parts as ``multipart/byteranges``."""
    parts = [
        f"--{boundary}\r\nContent-Type: {media_type}\r\nContent-Range: {_place(span, len(data))}\r\n\r\n".encode()
        + data[slice(*span)]
        + b"\r\n"
        for span in spans
    ]
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def _place(span: Span, size: int) -> str:
    return f"bytes {span[0]}-{span[1] - 1}/{size}"
