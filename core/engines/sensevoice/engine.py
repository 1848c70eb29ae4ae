"""The engine: pieces of clips in batches through the model, and what it heard as transcripts."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from core.audio import AudioClip, Floats
from core.engines.base import Capabilities, TimedText, Transcript
from core.engines.checkpoint import CheckpointEngine
from core.engines.guard import is_out_of_memory
from core.engines.sensevoice.cut import RATE, Piece, cut
from core.engines.sensevoice.files import NAME, ModelFiles
from core.engines.sensevoice.tags import LANGUAGES, Heard, parse, together
from core.errors import InvalidAudio
from core.progress import Progress
from core.request import AUTO

if TYPE_CHECKING:
    from core.engines.sensevoice.graph import Graph

BATCH_S = 120.0
"""Most audio in one inference, padding included: 25,055 log-probabilities every 60 ms are 1.7 MB a second."""
SHORTEST_S = 0.025
"""One frame of features; nothing can be heard in less."""


class SenseVoiceEngine(CheckpointEngine[ModelFiles, "Graph"]):
    """Transcribes any length of speech in five languages. Thread-safe: one inference at a time, so that a long
    recording and a short one take turns."""

    name = NAME
    revision = 1
    lane = ""  # it takes turns by itself, piece by piece: a short clip need not wait for a recording's end
    capabilities = Capabilities(languages=LANGUAGES)

    @property
    def files(self) -> ModelFiles:
        """The model's files, as they are now."""
        return ModelFiles.of(self._settings)

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
        def listen(graph: "Graph") -> list[str]:
            try:
                return graph.listen(sounds, language=language, itn=itn)
            except Exception as error:
                if is_out_of_memory(error):
                    self._let_go()  # an arena that grew does not shrink; only without it is the memory free
                raise

        return self._done(listen)

    def _traits(self, files: ModelFiles) -> Sequence[str]:  # noqa: ARG002 — the same for any
        return (version("funasr-onnx"),)

    def _open(self, files: ModelFiles) -> "Graph":
        from core.engines.sensevoice.graph import Graph, best_device

        return Graph(files, device=best_device(self._settings.device), threads=self._settings.threads)


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
