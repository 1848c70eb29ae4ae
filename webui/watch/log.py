"""The log: one line for each thing that happened, with the id of the request that it happened for.

On a terminal it is for people; anywhere else each line is JSON. No line carries what was said or written, or a secret.
"""

import json
import logging
import sys
import time
from contextvars import ContextVar
from typing import Literal, TextIO

Form = Literal["auto", "json", "plain"]

OURS = ("core", "webui")
"""Whose lines are told from INFO on; of all others, from WARNING on."""
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is worked for; threads that work for it are started in its context."""
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
"""What every record has; anything else was given by ``extra``."""


def set_up(form: Form = "auto", stream: TextIO | None = None) -> None:
    """Log to ``stream`` (standard error), as JSON or for people; ``auto`` looks whether it is a terminal."""
    stream = stream or sys.stderr
    plain = form == "plain" or (form == "auto" and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainLines() if plain else JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)


class JsonLines(logging.Formatter):
    """A JSON object for each record: time, level, logger, event, request_id, and what was given by ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = {
            "time": _utc(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_context(record),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """The same for people."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and below it what an exception has to say."""
        level = "" if record.levelno == logging.INFO else f"{record.levelname} "
        about = " ".join(f"{name}={value}" for name, value in _context(record).items())
        line = f"{_utc(record)[11:19]} {level}{record.getMessage()}  {about}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _utc(record: logging.LogRecord) -> str:
    """ISO 8601, to the millisecond."""
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(record.created))}.{int(record.msecs):03d}Z"


def _context(record: logging.LogRecord) -> dict[str, object]:
    request_id = REQUEST_ID.get()
    given = {name: value for name, value in vars(record).items() if name not in _USUAL and value not in (None, "")}
    return ({"request_id": request_id} if request_id else {}) | given
