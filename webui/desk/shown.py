"""An open project as JSON, for the page: whole, or what has changed of it."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import TypeVar

from core.desk.check import TakeCheck
from core.desk.rendering import named_voices
from core.desk.script import KeptTake, Line, Project, Script
from core.desk.takes import as_command, as_link
from core.errors import EncoreError
from core.finding import Finding
from core.request import SAVED, STOCK
from core.studio import Studio
from webui.components.engines import engine_name
from webui.components.notice import sentence
from webui.components.voices import stock_words
from webui.desk.feed import Json
from webui.desk.state import Heard, State
from webui.i18n import Texts

T = TypeVar("T", Line, KeptTake)


def changes(old: Project | None, new: Project) -> Json:
    """What of ``new`` differs from ``old``; all of it where there is none."""
    told = _differing(_head(old) if old else {}, _head(new))
    script = _differing(_fields(old.script) if old else {}, _fields(new.script))
    if script:
        told["script"] = script
    lines = _changed(_lines(old) if old else None, _lines(new))
    if lines is not None:
        told["lines"] = lines[0] | {"set": {line.line_id: line_json(line) for line in lines[1]}}
    takes = _changed(_takes(old) if old else None, _takes(new))
    if takes is not None:
        told["takes"] = takes[0] | {"set": {take.take_id: take_json(take) for take in takes[1]}}
    return told


def whole(project: Project) -> Json:
    """All of ``project``."""
    script = _fields(project.script) | {"lines": [line_json(line) for line in project.script.lines]}
    return _head(project) | {"script": script, "takes": [take_json(take) for take in project.takes]}


def line_json(line: Line) -> Json:
    """A line."""
    slot = line.slot and {"start_s": line.slot.start_s, "end_s": line.slot.end_s}
    return vars(line) | {"slot": slot}


def take_json(take: KeptTake) -> Json:
    """A take, with the command and the link that make it again."""
    command, link = _ways(replace(take, starred=False, note=""))
    return vars(take) | {"line": line_json(take.line), "command": command, "link": link}


def state_json(state: State, words: Texts) -> Json:
    """How a line or a take is, with every field: what is not known is null."""
    card, heard = state.card, state.heard
    error = state.error or card.held
    return {
        "state": state.state,
        "stage": card.stage,
        "fraction": round(card.fraction, 3),
        "ahead": card.ahead,
        "stale": state.stale,
        "outdated": state.outdated,
        "error": sentence(words, error) if error else None,
        "code": error.code if isinstance(error, EncoreError) else None,
        **(_heard_json(heard, words) if heard else NOTHING_HEARD),
        "check": check_json(state.check, words) if state.check else None,
    }


NOTHING_HEARD: Json = {
    "clip": None,
    "duration_s": None,
    "outcome": None,
    "hits": 0,
    "misses": 0,
    "voice": None,
    "segments": [],
    "total_ms": None,
    "saved_ms": None,
    "speed": None,
    "seed": None,
    "similarity": None,
    "bars": [],
    "findings": [],
}


def _heard_json(heard: Heard, words: Texts) -> Json:
    report = heard.report
    return {
        "clip": heard.clip_id,
        "duration_s": round(report.duration_s, 3),
        "outcome": report.outcome.value,
        "hits": heard.hits,
        "misses": len(report.segments) - heard.hits,
        "voice": {"tier": None} | report.speaker.as_json() if report.speaker else None,
        "segments": [{"tier": None} | segment.as_json() for segment in report.segments],
        "total_ms": round(report.total_ms, 1),
        "saved_ms": round(report.saved_ms, 1),
        "speed": heard.speed,
        "seed": report.seed,
        "similarity": report.similarity,
        "bars": [bar / 100 for bar in heard.bars],
        "findings": findings_json(heard.findings, words),
    }


def check_json(check: TakeCheck, words: Texts) -> Json:
    """What was found when a line was listened to."""
    return check.as_json() | {"findings": findings_json(check.findings, words)}


def findings_json(findings: Iterable[Finding], words: Texts) -> list[Json]:
    """What there is to tell, in words."""
    return [{"level": finding.level, "code": finding.code, "sentence": words.error(finding)} for finding in findings]


def offered(studio: Studio, project: Project, viewer: str, words: Texts) -> Json:
    """What can be chosen: the engines, what that of ``project`` can do and speak with, and whom its speakers name."""
    engine = project.script.engine
    engines = [
        {"name": name, "label": engine_name(words, name), "ready": studio.synthesis[name].availability.ready}
        for name in studio.synthesis.names
    ]
    if engine not in studio.synthesis.names:
        return {"engines": engines, "voices": [], "named": {}, "can": None}
    can = studio.synthesis[engine].capabilities
    library = studio.library.voices(viewer) if can.cloning else []
    saved = [
        {
            "value": f"{SAVED}{voice.voice_id}",
            "label": voice.name if voice.owner in ("", viewer) else f"{voice.name} · {voice.owner}",
            "group": "saved",
            "language": voice.language,
        }
        for voice in library
    ]
    known = [
        {
            "value": f"{STOCK}{voice.name}",
            "label": stock_words(words, voice),
            "group": "stock",
            "language": voice.language,
        }
        for voice in studio.stock_voices(engine)
    ]
    return {
        "engines": engines,
        "voices": [*saved, *known],
        "named": named_voices(project, studio, viewer),
        "can": {
            "instruction": can.instruction or can.emotion_vector,
            "seed": can.seed,
            "speed": list(can.speed),
            "languages": list(can.languages),
        },
    }


def _head(project: Project) -> Json:
    return {
        "title": project.title,
        "delivery": asdict(project.delivery),
        "speakers": list(project.script.speakers),
    }


def _fields(script: Script) -> Json:
    return {
        "engine": script.engine,
        "language": script.language,
        "gap_s": script.gap_s,
        "cast": dict(script.cast),
    }


def _changed(old: Mapping[str, T] | None, new: Mapping[str, T]) -> tuple[dict[str, object], list[T]] | None:
    """The order, if that is another one, and what has changed; None if nothing has."""
    known = old or {}
    changed = [each for name, each in new.items() if name not in known or known[name] != each]
    reordered = old is None or list(known) != list(new)
    return ({"order": list(new)} if reordered else {}, changed) if changed or reordered else None


def _differing(old: Json, new: Json) -> Json:
    return {name: value for name, value in new.items() if name not in old or old[name] != value}


def _lines(project: Project) -> Mapping[str, Line]:
    return {line.line_id: line for line in project.script.lines}


def _takes(project: Project) -> Mapping[str, KeptTake]:
    return {take.take_id: take for take in project.takes}


@functools.lru_cache(maxsize=8192)
def _ways(take: KeptTake) -> tuple[str, str]:
    """The command and the link; a list of many takes is shown again and again."""
    return as_command(take), as_link(take)
