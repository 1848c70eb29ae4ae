"""Saved voices: each a folder with the reference clip as it was given and what is known about it.

The clip is the voice; profiles are made from it by whichever engine speaks, and can always be made again. A voice is
its owner's alone, unless it is published; what nobody owns is the house's, and for everybody.
"""

import json
import re
import secrets
import shutil
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from core.errors import InvalidInput, Refused, StorageFailed
from core.request import AudioSource, ReferenceSpeaker

_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class SavedVoice:
    """A voice in the library."""

    voice_id: str
    name: str
    prompt_text: str
    """What the reference clip says."""
    created_s: float
    """Unix time of saving."""
    owner: str = ""
    """Who saved it; empty for the house."""
    published: bool = False
    """Whether others than the owner may use it."""

    def seen_by(self, viewer: str | None) -> bool:
        """Whether ``viewer`` may use it; None is the house itself, which sees all."""
        return viewer is None or self.published or self.owner in ("", viewer)

    def belongs_to(self, viewer: str | None) -> bool:
        """Whether ``viewer`` may publish and delete it."""
        return viewer is None or self.owner == viewer


class VoiceLibrary:
    """The saved voices below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def voices(self, viewer: str | None = None) -> list[SavedVoice]:
        """The saved voices that ``viewer`` may use, by name, the viewer's own before others of the same name.

        A damaged folder is passed over.
        """
        found = (self._read(path.parent.name) for path in self._folder.glob("*/voice.json"))
        seen = (voice for voice in found if voice and voice.seen_by(viewer))
        return sorted(seen, key=lambda voice: (voice.name.casefold(), voice.owner != (viewer or ""), voice.owner))

    def voice(self, voice_id: str, viewer: str | None = None) -> SavedVoice:
        """A voice that ``viewer`` may use. Raises :class:`InvalidInput` (``request.voice``)."""
        voice = self._read(voice_id)
        if voice is None or not voice.seen_by(viewer):
            raise InvalidInput("request.voice", voice=voice_id)
        return voice

    def save(self, name: str, speaker: ReferenceSpeaker, owner: str = "") -> SavedVoice:
        """Keep ``speaker`` under ``name``. Raises :class:`InvalidInput` or :class:`StorageFailed`."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= 60:
            raise InvalidInput("voice.name")
        # Of a voice that the owner does not see, nothing is told by a refusal.
        if any(voice.name.casefold() == name.casefold() for voice in self.voices(owner)):
            raise InvalidInput("voice.exists", name=name)
        voice = SavedVoice(secrets.token_hex(8), name, speaker.prompt_text, time.time(), owner)
        folder = self._folder / voice.voice_id
        try:
            folder.mkdir(parents=True)
            (folder / "reference").write_bytes(speaker.audio.data)
        except OSError as error:
            raise StorageFailed("file.unwritable", path=folder, reason=error.strerror or error) from error
        self._write(voice)  # last, so that a folder with this file in it is whole
        return voice

    def publish(self, voice_id: str, published: bool, viewer: str | None = None) -> SavedVoice:
        """Let others use a voice of ``viewer``'s, or no more. Raises as :meth:`save`, and as :meth:`delete`."""
        voice = replace(self._own(voice_id, viewer), published=published)
        self._write(voice)
        return voice

    def reference(self, voice_id: str) -> ReferenceSpeaker:
        """The reference behind a saved voice. Raises :class:`InvalidInput` (``request.voice``)."""
        voice = self._read(voice_id)
        if voice is None:
            raise InvalidInput("request.voice", voice=voice_id)
        source = AudioSource.from_path(self._folder / voice_id / "reference")
        return ReferenceSpeaker(AudioSource(source.data, voice.name), voice.prompt_text)

    def delete(self, voice_id: str, viewer: str | None = None) -> None:
        """Forget a voice of ``viewer``'s. Raises :class:`InvalidInput` (``request.voice``) or :class:`Refused`."""
        self._own(voice_id, viewer)
        shutil.rmtree(self._folder / voice_id, ignore_errors=True)

    def _own(self, voice_id: str, viewer: str | None) -> SavedVoice:
        voice = self.voice(voice_id, viewer)
        if not voice.belongs_to(viewer):
            raise Refused("voice.owner", name=voice.name)
        return voice

    def _write(self, voice: SavedVoice) -> None:
        path = self._folder / voice.voice_id / "voice.json"
        try:
            part = path.with_suffix(".part")
            part.write_text(json.dumps(asdict(voice), ensure_ascii=False), "utf-8")
            part.replace(path)
        except OSError as error:
            raise StorageFailed("file.unwritable", path=path, reason=error.strerror or error) from error

    def _read(self, voice_id: str) -> SavedVoice | None:
        if not _ID.fullmatch(voice_id):
            return None
        try:
            return SavedVoice(**json.loads((self._folder / voice_id / "voice.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
