"""Saved voices: each a folder with the reference clip as it was given and what is known about it.

The clip is the voice; profiles are made from it by whichever engine speaks, and can always be made again.
"""

import json
import re
import secrets
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from core.errors import InvalidInput, StorageFailed
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


class VoiceLibrary:
    """The saved voices below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def voices(self) -> list[SavedVoice]:
        """All saved voices by name; a damaged folder is passed over."""
        found = (self._read(path.parent.name) for path in self._folder.glob("*/voice.json"))
        return sorted((voice for voice in found if voice), key=lambda voice: voice.name.casefold())

    def save(self, name: str, speaker: ReferenceSpeaker) -> SavedVoice:
        """Keep ``speaker`` under ``name``. Raises :class:`InvalidInput` or :class:`StorageFailed`."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= 60:
            raise InvalidInput("voice.name")
        if any(voice.name.casefold() == name.casefold() for voice in self.voices()):
            raise InvalidInput("voice.exists", name=name)
        voice = SavedVoice(secrets.token_hex(8), name, speaker.prompt_text, time.time())
        folder = self._folder / voice.voice_id
        try:
            folder.mkdir(parents=True)
            (folder / "reference").write_bytes(speaker.audio.data)
            # Last, so that a folder with this file in it is whole.
            (folder / "voice.json").write_text(json.dumps(asdict(voice), ensure_ascii=False), "utf-8")
        except OSError as error:
            raise StorageFailed("file.unwritable", path=folder, reason=error.strerror or error) from error
        return voice

    def reference(self, voice_id: str) -> ReferenceSpeaker:
        """The reference behind a saved voice. Raises :class:`InvalidInput` (``request.voice``)."""
        voice = self._read(voice_id)
        if voice is None:
            raise InvalidInput("request.voice", voice=voice_id)
        source = AudioSource.from_path(self._folder / voice_id / "reference")
        return ReferenceSpeaker(AudioSource(source.data, voice.name), voice.prompt_text)

    def delete(self, voice_id: str) -> None:
        """Forget a saved voice. Raises :class:`InvalidInput` (``request.voice``)."""
        if self._read(voice_id) is None:
            raise InvalidInput("request.voice", voice=voice_id)
        shutil.rmtree(self._folder / voice_id, ignore_errors=True)

    def _read(self, voice_id: str) -> SavedVoice | None:
        if not _ID.fullmatch(voice_id):
            return None
        try:
            return SavedVoice(**json.loads((self._folder / voice_id / "voice.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
