"""Saved voices: each a folder with its recordings as they were given, and what is known about it.

The recordings are the voice; profiles are made from them by whichever engine speaks, and can always be made again. A
voice is its owner's alone, unless it is published; what nobody owns is the house's, and for everybody.
"""

import json
import re
import secrets
import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from core.errors import EncoreError, InvalidInput, Refused, StorageFailed
from core.request import AudioSource, ReferenceSpeaker
from core.speakers.saved import FIRST_CLIP, LONGEST_NAME, SavedClip, SavedVoice, distinct, one_line

_ID = re.compile(r"[0-9a-f]{16}")
_FILE = "voice.json"
_VOICE = TypeAdapter(SavedVoice)
CHANGEABLE = frozenset({"name", "language", "tags", "notes", "consent", "published"})
"""What :meth:`VoiceLibrary.update` changes."""


class VoiceLibrary:
    """The saved voices below one folder. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing = threading.Lock()

    def voices(self, viewer: str | None = None) -> list[SavedVoice]:
        """The saved voices that ``viewer`` may use, by name, the viewer's own before others of the same name.

        A damaged folder is passed over.
        """
        found = (self._read(path.parent.name) for path in self._folder.glob(f"*/{_FILE}"))
        seen = (voice for voice in found if voice and voice.seen_by(viewer))
        return sorted(seen, key=lambda voice: (voice.name.casefold(), voice.owner != (viewer or ""), voice.owner))

    def voice(self, voice_id: str, viewer: str | None = None) -> SavedVoice:
        """A voice that ``viewer`` may use. Raises :class:`InvalidInput` (``request.voice``)."""
        voice = self._read(voice_id)
        if voice is None or not voice.seen_by(viewer):
            raise InvalidInput("request.voice", voice=voice_id)
        return voice

    def own(self, voice_id: str, viewer: str | None = None) -> SavedVoice:
        """A voice of ``viewer``'s. Raises :class:`InvalidInput` (``request.voice``) or :class:`Refused`."""
        voice = self.voice(voice_id, viewer)
        if not voice.belongs_to(viewer):
            raise Refused("voice.owner", name=voice.name)
        return voice

    def save(
        self,
        name: str,
        speaker: ReferenceSpeaker,
        owner: str = "",
        *,
        more: Sequence[ReferenceSpeaker] = (),
        **fields: Any,
    ) -> SavedVoice:
        """Keep ``speaker`` under ``name``, and ``more`` recordings of the same voice.

        ``fields`` are as :meth:`update` takes them. Raises :class:`InvalidInput` or :class:`StorageFailed`.
        """
        recordings = (speaker, *more)
        files = (FIRST_CLIP, *(_new_file() for _ in more))
        clips = tuple(SavedClip(file, each.prompt_text) for file, each in zip(files, recordings, strict=True))
        voice = SavedVoice(secrets.token_hex(8), one_line(name), clips, time.time(), owner, **_tidy(fields))
        with self._writing:
            self._check_name(voice)
            for clip, each in zip(clips, recordings, strict=True):
                self._write_clip(voice, clip, each.audio)
            self._write(voice)  # last, so that a folder with this file in it is whole
        return voice

    def update(self, voice_id: str, viewer: str | None = None, **fields: Any) -> SavedVoice:
        """A voice of ``viewer``'s with other ``fields``: any of :data:`CHANGEABLE`.

        Raises as :meth:`save`, and as :meth:`delete`.
        """
        with self._writing:
            voice = replace(self.own(voice_id, viewer), **_tidy(fields))
            if "name" in fields:
                self._check_name(voice)
            self._write(voice)
        return voice

    def add_clip(self, voice_id: str, speaker: ReferenceSpeaker, viewer: str | None = None) -> SavedVoice:
        """Keep one more recording of a voice of ``viewer``'s. Raises as :meth:`update`."""
        with self._writing:
            voice = self.own(voice_id, viewer)
            clip = SavedClip(_new_file(), speaker.prompt_text)
            longer = replace(voice, clips=(*voice.clips, clip))
            self._write_clip(voice, clip, speaker.audio)
            self._write(longer)
        return longer

    def remove_clip(self, voice_id: str, file: str, viewer: str | None = None) -> SavedVoice:
        """Forget a recording of a voice of ``viewer``'s; the last one stays. Raises as :meth:`update`."""
        with self._writing:
            voice = self.own(voice_id, viewer)
            _clip(voice, file)
            shorter = replace(voice, clips=tuple(clip for clip in voice.clips if clip.file != file))
            self._write(shorter)
            (self._folder / voice_id / file).unlink(missing_ok=True)
        return shorter

    def set_prompt_text(self, voice_id: str, file: str, prompt_text: str, viewer: str | None = None) -> SavedVoice:
        """Say what a recording of a voice of ``viewer``'s says. Raises as :meth:`update`."""
        with self._writing:
            voice = self.own(voice_id, viewer)
            clip = replace(_clip(voice, file), prompt_text=prompt_text.strip())
            changed = replace(voice, clips=tuple(clip if each.file == file else each for each in voice.clips))
            self._write(changed)
        return changed

    def reference(self, voice_id: str) -> ReferenceSpeaker:
        """The first recording of a saved voice. Raises :class:`InvalidInput` (``request.voice``)."""
        voice = self.voice(voice_id)
        return self._recording(voice, voice.clips[0])

    def references(self, voice_id: str) -> tuple[ReferenceSpeaker, ...]:
        """All recordings of a saved voice, the reference first. Raises :class:`InvalidInput` (``request.voice``)."""
        voice = self.voice(voice_id)
        return tuple(self._recording(voice, clip) for clip in voice.clips)

    def delete(self, voice_id: str, viewer: str | None = None) -> None:
        """Forget a voice of ``viewer``'s. Raises :class:`InvalidInput` (``request.voice``) or :class:`Refused`."""
        with self._writing:
            self.own(voice_id, viewer)
            shutil.rmtree(self._folder / voice_id, ignore_errors=True)

    def free_name(self, name: str, owner: str = "") -> str:
        """``name``, shortened to what a name may be, and with a number behind it if ``owner`` sees a voice of it."""
        taken = {voice.name.casefold() for voice in self.voices(owner)}
        short = one_line(name)[:LONGEST_NAME]
        number, free = 1, short
        while free.casefold() in taken:
            number += 1
            free = f"{short[: LONGEST_NAME - 7].rstrip()} ({number})"
        return free

    def _check_name(self, voice: SavedVoice) -> None:
        """Raise :class:`InvalidInput` if the owner sees another voice of that name; of one unseen nothing is told."""
        for other in self.voices(voice.owner):
            if other.name.casefold() == voice.name.casefold() and other.voice_id != voice.voice_id:
                raise InvalidInput("voice.exists", name=voice.name)

    def _recording(self, voice: SavedVoice, clip: SavedClip) -> ReferenceSpeaker:
        source = AudioSource.from_path(self._folder / voice.voice_id / clip.file)
        return ReferenceSpeaker(AudioSource(source.data, voice.name), clip.prompt_text)

    def _write_clip(self, voice: SavedVoice, clip: SavedClip, audio: AudioSource) -> None:
        folder = self._folder / voice.voice_id
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / clip.file).write_bytes(audio.data)
        except OSError as error:
            raise StorageFailed("file.unwritable", path=folder, reason=error.strerror or error) from error

    def _write(self, voice: SavedVoice) -> None:
        path = self._folder / voice.voice_id / _FILE
        try:
            part = path.with_suffix(".part")
            part.write_bytes(_VOICE.dump_json(voice))
            part.replace(path)
        except OSError as error:
            raise StorageFailed("file.unwritable", path=path, reason=error.strerror or error) from error

    def _read(self, voice_id: str) -> SavedVoice | None:
        if not _ID.fullmatch(voice_id):
            return None
        try:
            return _VOICE.validate_python(_with_clips(json.loads((self._folder / voice_id / _FILE).read_text("utf-8"))))
        except (OSError, ValueError, EncoreError):
            return None


def _with_clips(read: Any) -> Any:
    """What a file says; those of older versions know one clip only, and no list of them."""
    if isinstance(read, dict) and "clips" not in read:
        return {**read, "clips": [{"file": FIRST_CLIP, "prompt_text": read.get("prompt_text", "")}]}
    return read


def _tidy(fields: dict[str, Any]) -> dict[str, Any]:
    """``fields`` as they are kept. Raises TypeError for what is no field that can be changed."""
    if unknown := fields.keys() - CHANGEABLE:
        raise TypeError(f"no such field of a voice: {', '.join(sorted(unknown))}")
    tidying = {"name": one_line, "tags": distinct, "notes": str.strip, "consent": str.strip}
    return {field: tidying[field](value) if field in tidying else value for field, value in fields.items()}


def _clip(voice: SavedVoice, file: str) -> SavedClip:
    clip = next((clip for clip in voice.clips if clip.file == file), None)
    if clip is None:
        raise InvalidInput("voice.clip")
    return clip


def _new_file() -> str:
    return f"{FIRST_CLIP}-{secrets.token_hex(4)}"
