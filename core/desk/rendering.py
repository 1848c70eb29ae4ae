"""From a line of a script to its sound: who speaks it, what is asked of the studio, and how it fits its slot."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.desk import slots
from core.desk.script import Line, Project
from core.errors import Cancelled, InvalidInput
from core.finding import Finding
from core.progress import Progress
from core.request import AUTO, EMOTIONS, Instruction, Speaker, StockSpeaker, SynthesisRequest, voice_name
from core.studio import Studio, Take
from core.text.identity import language_of
from core.text.presets import presets, read_emotion


@dataclass(frozen=True)
class Spoken:
    """A line that can be heard."""

    line: Line
    """As it is in the script."""
    request: SynthesisRequest
    """What the studio was asked for in the end: its speed may be higher than the line's, to fit the slot."""
    take: Take
    slot_findings: tuple[Finding, ...] = ()
    """What there is to tell of its slot."""

    @property
    def line_id(self) -> str:
        """The line's name."""
        return self.line.line_id

    @property
    def speed(self) -> float:
        """The rate at which it is spoken."""
        return self.request.speed

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that there is to tell: of the slot, and of what was done otherwise than asked."""
        return self.slot_findings + self.take.report.findings


class NoEngine(Progress):
    """For who wants what is there already, and nothing else: raises :class:`Cancelled` where an engine, or somebody
    else's work with one, would have to be waited for. Nobody who waits for the same is troubled by that.
    """

    def update(self, stage: str, fraction: float) -> None:
        """Nobody listens."""

    def checkpoint(self) -> None:
        """Called in waits only, as long as no engine works. Raises :class:`Cancelled`."""
        raise Cancelled

    def need_engine(self) -> None:
        """Called before an engine is waited for. Raises :class:`Cancelled`."""
        raise Cancelled


def speaker_of(project: Project, line: Line, studio: Studio, viewer: str | None) -> Speaker:
    """Who speaks ``line``: the voice that its speaker is cast with; else the voice that is called so; else the one for
    whoever is not cast; else the engine's first in the line's language.

    ``viewer`` is who may have to be allowed to use the voice, as for :meth:`Studio.voice`. Raises
    :class:`InvalidInput` (``request.voice``, ``request.engine``, ``desk.no_voice``).
    """
    script = project.script

    def called(name: str) -> Speaker:
        voice = studio.voice(name, engine=script.engine, viewer=viewer)
        if voice is None:
            raise InvalidInput("request.voice", voice=name.partition(":")[2] or name)
        return voice

    if cast := script.cast.get(line.speaker):
        return called(cast)
    if line.speaker and (voice := studio.voice(line.speaker, engine=script.engine, viewer=viewer)):
        return voice
    if cast := script.cast.get(""):
        return called(cast)
    language = language_of(line.text) if script.language == AUTO else script.language
    stock = studio.synthesis[script.engine].voices
    if not stock:
        raise InvalidInput("desk.no_voice", engine=script.engine)
    return StockSpeaker(next((voice.name for voice in stock if voice.language == language), stock[0].name))


def named_voices(project: Project, studio: Studio, viewer: str | None) -> dict[str, str]:
    """The speakers who are called like a voice, each with that voice, as a cast names it."""
    engine = project.script.engine
    if engine not in studio.synthesis.names:
        return {}
    found = {name: studio.voice(name, engine=engine, viewer=viewer) for name in project.script.speakers if name}
    return {name: voice_name(voice) for name, voice in found.items() if voice is not None}


def instruction_of(text: str) -> Instruction:
    """What a line's instruction means: emotions with their values, presets by id or label, or else words.

    Raises :class:`InvalidInput` (``instruction.vector``) for an emotion with a value that none can have.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if parts and all(part.partition("=")[0].strip() in EMOTIONS and "=" in part for part in parts):
        return read_emotion(text)
    names = {
        called.casefold(): name for name, preset in presets().items() for called in (name, *preset.labels.values())
    }
    known = [names.get(part.casefold()) for part in parts]
    found = tuple(name for name in known if name is not None)
    return Instruction(presets=found) if found and len(found) == len(parts) else Instruction(text=text.strip())


def instruction_text(instruction: Instruction) -> str:
    """``instruction`` as a line says it, the way back of :func:`instruction_of`.

    Raises :class:`InvalidInput` (``desk.direction``) for one of several kinds, or with a clip.
    """
    kinds = [bool(part) for part in (instruction.text.strip(), instruction.presets, instruction.vector)]
    if instruction.clip is not None or sum(kinds) > 1:
        raise InvalidInput("desk.direction")
    values = [
        f"{name}={round(value * instruction.strength, 4):g}"
        for name, value in zip(EMOTIONS, instruction.vector, strict=False)
        if value * instruction.strength
    ]
    return ", ".join(values or instruction.presets) or instruction.text.strip()


def request_of(project: Project, line: Line, studio: Studio, viewer: str | None) -> SynthesisRequest:
    """What is asked of the studio for ``line``. Raises :class:`InvalidInput`."""
    script = project.script
    return SynthesisRequest(
        text=line.text,
        speaker=speaker_of(project, line, studio, viewer),
        engine=script.engine,
        language=script.language,
        speed=line.speed,
        seed=line.seed,
        instruction=instruction_of(line.instruction),
    )


def speak(studio: Studio, project: Project, line: Line, viewer: str | None, progress: Progress | None = None) -> Spoken:
    """``line`` spoken; where it has a slot that it does not fit, again and faster, as long as that gains anything.

    The same line comes out the same every time: every attempt is in the cache. Raises :class:`EncoreError`.
    """
    request = request_of(project, line, studio, viewer)
    take = studio.synthesize(request, progress)
    if line.slot is None:
        return Spoken(line, request, take)
    fastest = studio.synthesis[request.engine].capabilities.speed[1]
    for _ in range(slots.TRIES):
        duration_s = take.audio.duration_s
        speed = (
            None if slots.fits(duration_s, line.slot) else slots.faster(request.speed, duration_s, line.slot, fastest)
        )
        if speed is None:
            break
        request = replace(request, speed=speed)
        take = studio.synthesize(request, progress)
    told = slots.findings(line.speed, request.speed, take.audio.duration_s, line.slot)
    return Spoken(line, request, take, told)


def only_cached(studio: Studio, project: Project, line: Line, viewer: str | None) -> Spoken | None:
    """``line`` if all of it is there without an engine; None if not. Raises :class:`InvalidInput`."""
    try:
        return speak(studio, project, line, viewer, NoEngine())
    except Cancelled:
        return None


class RenderQueue:
    """Lines that are to be spoken, in an order that may change while they are. Thread-safe."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._lock = threading.Lock()

    def add(self, line_ids: Iterable[str]) -> None:
        """Append the lines that do not wait yet."""
        with self._lock:
            self._waiting = list(dict.fromkeys((*self._waiting, *line_ids)))

    def next(self) -> str | None:
        """Take the first line out; None if none waits."""
        with self._lock:
            return self._waiting.pop(0) if self._waiting else None

    def prefer(self, line_ids: Iterable[str]) -> None:
        """Put those of ``line_ids`` that wait first, in this order: somebody looks at them."""
        with self._lock:
            waiting = dict.fromkeys(self._waiting)
            self._waiting = list(dict.fromkeys((*(each for each in line_ids if each in waiting), *waiting)))

    def remove(self, line_ids: Iterable[str]) -> None:
        """Let these lines wait no more."""
        gone = set(line_ids)
        with self._lock:
            self._waiting = [each for each in self._waiting if each not in gone]

    def cancel(self) -> tuple[str, ...]:
        """Let none wait; which did."""
        with self._lock:
            left, self._waiting = tuple(self._waiting), []
            return left

    @property
    def waiting(self) -> tuple[str, ...]:
        """The lines that wait, in order."""
        with self._lock:
            return tuple(self._waiting)
