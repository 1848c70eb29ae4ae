"""Projects, takes and edits as short as tests want them."""

from typing import Any

from pydantic import TypeAdapter

from core.desk.editing import Edit
from core.desk.script import KeptTake, Line, Project, Script

EDIT: TypeAdapter[Any] = TypeAdapter(Edit)


def project(*texts: str) -> Project:
    """A script with these lines, named a, b, c …"""
    return Project(script=Script(tuple(Line(chr(ord("a") + place), text) for place, text in enumerate(texts))))


def take(take_id: str = "t", line: Line | None = None, made_s: float = 1e9) -> KeptTake:
    return KeptTake(take_id, line or Line("a", "One"), "stock:af_heart", "kokoro", "en", made_s, 1.5)


def edit(op: str, **arguments: object) -> Any:
    """An edit as it comes from a page."""
    return EDIT.validate_python({"op": op, **arguments})
