"""The engine: pieces of clips in batches through the model, and what it heard as transcripts."""

import logging
import threading
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from core.audio import AudioClip, Floats
from core.engines.availability import Availability
from core.engines.base import Capabilities, TimedText, Transcript
from core.engines.guard import in_one_line, is_out_of_memory
from core.engines.sensevoice.cut import RATE, Piece, cut
from core.engines.sensevoice.files import NAME, ModelFiles
from core.engines.sensevoice.tags import LANGUAGES, Heard, parse, together
from core.errors import EncoreError, EngineFailed, InvalidAudio, ModelMissing
from core.models.digest import digest_of
from core.progress import Progress
from core.request import AUTO
from core.settings import Settings

if TYPE_CHECKING:
    from core.engines.sensevoice.graph import Graph

BATCH_S = 120.0
"""Most audio in one inference, padding included: 25,055 log-probabilities every 60 ms are 1.7 MB a second."""
SHORTEST_S = 0.025
"""One frame of features; nothing can be heard in less."""
REVISION = 1
"""Raised when what this package does with the same weights changes a transcript."""

log = logging.getLogger(__name__)


class SenseVoiceEngine:
    """Transcribes any length of speech in five languages. Thread-safe: one inference at a time, so that a long
    recording and a short one take turns."""

    name = NAME
    lane = NAME
    capabilities = Capabilities(languages=LANGUAGES)

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._working = threading.Lock()
        self._graph: Graph | None = None
        self._fingerprint: str | None = None

    @property
    def availability(self) -> Availability:
        """Whether it can be used here; costs a look at a few file names."""
        return ModelFiles.of(self._settings).availability

    @property
    def fingerprint(self) -> str:
        """Weights, package and this package's revision. Raises as :meth:`load`."""
        if self._fingerprint is None:
            files = self._here()
            try:
                digest = digest_of(files.all, self._settings.data_dir / "digests.json")
            except OSError as error:
                raise ModelMissing("file.unreadable", path=files.folder, reason=error.strerror or error) from error
            self._fingerprint = f"{NAME}/{REVISION}/{version('funasr-onnx')}/{digest[:16]}"
        return self._fingerprint

    @property
    def loaded(self) -> bool:
        """Whether the model takes memory now."""
        return self._graph is not None

    def load(self) -> None:
        """Load the model, once. Raises :class:`ModelMissing`, :class:`EngineUnavailable`, or :class:`EngineFailed`
        (``sensevoice.broken``) for files that are no such model."""
        with self._working:
            self._loaded()

    def unload(self) -> None:
        """Free the model's memory; the next use loads what its files are then."""
        with self._working:
            self._graph = None
            self._fingerprint = None

    def transcribe(self, clip: AudioClip, *, language: str, itn: bool, progress: Progress) -> Transcript:
        """What ``clip`` says, feels and sounds like. Raises as :meth:`load`, and :class:`InvalidAudio`."""
        return self.transcribe_batch([clip], language=language, itn=itn, progress=progress)[0]

    def transcribe_batch(
        self, clips: Sequence[AudioClip], *, language: str, itn: bool, progress: Progress
    ) -> list[Transcript]:
        """As :meth:`transcribe` for several clips, in as few inferences as the model allows."""
        progress.update("transcribe", 0.0)
        waves = [_wave(clip) for clip in clips]
        pieces: list[tuple[int, Piece]] = []
        for number, wave in enumerate(waves):
            if len(wave) >= SHORTEST_S * RATE:
                for piece in cut(wave):
                    progress.checkpoint()
                    pieces.append((number, piece))
        heard = self._listen(waves, pieces, language, itn, progress)
        told: list[list[tuple[Piece, Heard]]] = [[] for _ in clips]
        for (number, piece), words in zip(pieces, heard, strict=True):
            told[number].append((piece, words))
        return [_transcript(parts, language) for parts in told]

    def _listen(
        self, waves: Sequence[Floats], pieces: Sequence[tuple[int, Piece]], language: str, itn: bool, progress: Progress
    ) -> list[Heard]:
        """What is heard in each of ``pieces``; each comes with the number of its wave."""
        heard: dict[int, Heard] = {}
        total = sum(piece.seconds for _, piece in pieces)
        done = 0.0
        with self._working:
            company = self._loaded().takes_company
        for batch in _batches([piece for _, piece in pieces], company):
            progress.update("transcribe", done / total)
            sounds = [waves[number][piece.start : piece.end] for number, piece in (pieces[index] for index in batch)]
            with self._working:
                progress.checkpoint()
                raw = self._infer(sounds, language, itn)
            heard.update({index: parse(text) for index, text in zip(batch, raw, strict=True)})
            done += sum(pieces[index][1].seconds for index in batch)
        progress.update("transcribe", 1.0)
        return [heard[index] for index in range(len(pieces))]

    def _infer(self, sounds: Sequence[Floats], language: str, itn: bool) -> list[str]:
        try:
            return self._loaded().listen(sounds, language=language, itn=itn)
        except EncoreError:
            raise
        except Exception as error:
            if is_out_of_memory(error):
                self._graph = None  # an arena that grew does not shrink; only without it is the memory free
                raise EngineFailed("engine.memory", engine=NAME) from error
            log.exception("SenseVoice failed")
            raise EngineFailed("engine.failed", engine=NAME, reason=in_one_line(error.__cause__ or error)) from error

    def _here(self) -> ModelFiles:
        """The model's files, all of them there, and what reads them."""
        self.availability.check()
        return ModelFiles.of(self._settings)

    def _loaded(self) -> "Graph":
        if self._graph is None:
            files = self._here()
            from core.engines.sensevoice.graph import Graph, best_device

            device = best_device(self._settings.device)
            try:
                self._graph = Graph(files, device=device, threads=self._settings.threads)
            except Exception as error:  # files that are no model fail in as many ways as there are readers
                if is_out_of_memory(error):
                    raise EngineFailed("engine.memory", engine=NAME) from error
                log.debug("SenseVoice could not be loaded", exc_info=error)
                raise EngineFailed("sensevoice.broken", folder=files.folder, reason=in_one_line(error)) from error
            log.info("SenseVoice from %s on %s", files.graph, device)
        return self._graph


def _wave(clip: AudioClip) -> Floats:
    """The clip as the model takes it, float32 [n] at 16 kHz. Raises :class:`InvalidAudio`."""
    if not np.isfinite(clip.samples).all():
        raise InvalidAudio("audio.not_finite")
    return np.ascontiguousarray(clip.resampled(RATE).samples, np.float32)


def _batches(pieces: Sequence[Piece], company: bool) -> Iterator[list[int]]:
    """Indices of ``pieces`` to be heard together: such of like length, since all are padded to the longest."""
    batch: list[int] = []
    for index in sorted(range(len(pieces)), key=lambda index: pieces[index].seconds):
        if batch and (not company or (len(batch) + 1) * pieces[index].seconds > BATCH_S):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _transcript(pieces: Sequence[tuple[Piece, Heard]], language: str) -> Transcript:
    whole = together([(piece.seconds, heard) for piece, heard in pieces], "en" if language == AUTO else language)
    segments = tuple(
        TimedText(piece.start / RATE, piece.end / RATE, heard.text) for piece, heard in pieces if heard.text
    )
    return Transcript(whole.text, whole.language, segments, whole.emotion, whole.events)
