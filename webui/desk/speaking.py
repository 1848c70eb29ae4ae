"""What is done for an open project's lines and takes: spoken, kept, listened to, and heard again from the cache."""

import logging
import secrets
from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from core.desk import takes
from core.desk.check import TakeCheck
from core.desk.check import check as listened
from core.desk.rendering import NoEngine, Spoken, only_cached, speak, speaker_of
from core.desk.script import KeptTake, Line, Project
from core.errors import Busy, Cancelled, EncoreError, InvalidInput, Refused
from core.progress import Progress
from core.request import MAX_SEED, LibrarySpeaker
from core.sound import encode_take
from core.studio import Studio
from webui.api.audio import ClipStore
from webui.desk.jobs import Errand, Job, Jobs, Kind
from webui.desk.opened import LINES, TAKES, Opened
from webui.desk.state import AS_TAKEN, Card, Heard, asked
from webui.gate.house import Guest
from webui.session import waveform

MOST_TAKES_AT_ONCE = 12
_OF_TAKES = (Kind.REPLAY, Kind.CHECK_TAKE)

log = logging.getLogger(__name__)


class Speaking:
    """Works for one open project."""

    def __init__(self, opened: Opened, studio: Studio, clips: ClipStore) -> None:
        self._opened, self._studio, self._clips = opened, studio, clips
        self.jobs = Jobs(self._do, self._tell)
        self._agreed: set[tuple[str, str]] = set()

    # What is asked for

    def render(self, guest: Guest, line_ids: Sequence[str] | None) -> None:
        """Speak lines, or all, in this order. Raises :class:`EncoreError`."""
        lines = self._opened.lines(line_ids)
        self.need_agreement(guest, self._opened.project, lines)
        self._ask(Job(Kind.RENDER, line.line_id, guest) for line in lines)

    def replay(self, guest: Guest, take_id: str) -> None:
        """Speak a take again. Raises :class:`EncoreError`."""
        project, line = as_taken(self._opened.project, self._opened.take(take_id))
        self.need_agreement(guest, project, [line])
        self._ask([Job(Kind.REPLAY, take_id, guest)])

    def take(self, guest: Guest, line_id: str, count: int) -> None:
        """Speak a line ``count`` times with new seeds, and as it is; all are kept. Raises :class:`EncoreError`."""
        (line,) = self._opened.lines([line_id])
        if not self._studio.synthesis[self._opened.project.script.engine].capabilities.seed:
            raise InvalidInput("desk.no_seed", engine=self._opened.project.script.engine)
        self.need_agreement(guest, self._opened.project, [line])
        others = [replace(line, seed=secrets.randbelow(MAX_SEED + 1)) for _ in range(count)]
        self._ask(Job(Kind.TAKE, line_id, guest, wanted) for wanted in (line, *others))

    def check(self, guest: Guest, line_ids: Sequence[str] | None, take_id: str | None = None) -> None:
        """Listen to lines, or all, or to one take. Raises :class:`EncoreError`."""
        if take_id is not None:
            self._ask([Job(Kind.CHECK_TAKE, self._opened.take(take_id).take_id, guest)])
            return
        lines = self._opened.lines(line_ids)
        self.need_agreement(guest, self._opened.project, lines)
        self._ask(Job(Kind.CHECK, line.line_id, guest) for line in lines)

    def restore(self, guest: Guest, line_ids: Iterable[str] | None = None) -> None:
        """Let be heard, and seen, what of these lines or of all is in the cache, without troubling any engine."""
        ids = [line.line_id for line in self._opened.project.script.lines] if line_ids is None else line_ids
        self._ask(Job(Kind.RESTORE, line_id, guest) for line_id in ids)

    def cancel(self, subjects: Sequence[str] | None = None) -> None:
        """Do nothing more for these lines and takes, or at all."""
        for job in self.jobs.cancel(None if subjects is None else set(subjects)):
            if job.kind is not Kind.RESTORE:
                self._opened.update(_board(job), job.subject, Card.idle)

    def agree(self, guest: Guest) -> None:
        """Whoever is heard agreed to having their voice cloned, says ``guest``; where it cannot be kept, for today."""
        self._agreed.add((guest.caller.name, guest.address))
        guest.agree()

    def spoken(self, project: Project, spoken: Spoken) -> None:
        """A line of ``project`` was spoken for another purpose, and can be heard."""
        about, heard = asked(project, spoken.line), self._heard(spoken)
        self._opened.update(LINES, spoken.line_id, partial(Card.spoken, asked=about, heard=heard))

    def agreed(self, guest: Guest) -> bool:
        """Whether ``guest`` has said so."""
        return guest.agreed or (guest.caller.name, guest.address) in self._agreed

    def _ask(self, jobs: Iterable[Job]) -> None:
        for job in self.jobs.ask(jobs):
            if job.kind is not Kind.RESTORE:
                self._opened.update(_board(job), job.subject, Card.waiting)

    def need_agreement(self, guest: Guest, project: Project, lines: Iterable[Line]) -> None:
        """Raises :class:`Refused` (``consent.needed``) for cloned voices without it."""
        if self.agreed(guest):
            return
        for line in {line.speaker: line for line in lines}.values():
            if self._cloned(project, line, guest):
                raise Refused("consent.needed")

    def _cloned(self, project: Project, line: Line, guest: Guest) -> bool:
        try:
            return isinstance(speaker_of(project, line, self._studio, guest.caller.name), LibrarySpeaker)
        except EncoreError:  # told where it is spoken
            return False

    # What is done, in the thread of the jobs

    def _do(self, job: Job, errand: Errand) -> None:
        wanted = self._wanted(job)
        if wanted is None:  # it was deleted meanwhile
            return
        project, line, about = wanted
        if job.kind is Kind.RESTORE:
            self._restore(job, project, line, about)
            return
        tell = partial(self._opened.update, _board(job), job.subject)
        errand.listener = lambda stage, fraction: tell(lambda card: card.working(stage, fraction))
        errand.queue_listener = lambda ahead: tell(lambda card: replace(card, ahead=ahead))
        try:
            tell(self._done(job, errand, project, line, about))
        except Cancelled:
            tell(Card.idle)
        except Exception as error:
            if not isinstance(error, EncoreError):
                log.exception("a line could not be spoken")
            tell(partial(Card.broken, asked=about, error=error))
        if self.jobs.awaits(job.subject):
            tell(Card.waiting)

    def _done(self, job: Job, errand: Errand, project: Project, line: Line, about: Hashable) -> Callable[[Card], Card]:
        """Do it; what is known then. Raises what the studio does, and :class:`Refused` (``consent.needed``)."""
        tell = partial(self._opened.update, _board(job), job.subject)

        def held(error: Busy) -> None:
            tell(lambda card: replace(card.waiting(), held=error))

        if not self.agreed(job.guest) and self._cloned(project, line, job.guest):
            raise Refused("consent.needed")
        spoken = errand.run(lambda progress: self._speak(project, line, job.guest, progress), held)
        heard = self._heard(spoken)
        if job.kind is Kind.TAKE:
            self._keep(spoken, heard)
            if asked(project, line) != about:
                return Card.idle
        if job.kind not in (Kind.CHECK, Kind.CHECK_TAKE):
            return partial(Card.spoken, asked=about, heard=heard)
        tell(lambda card: card.spoken(about, heard).working("check", 0.0))
        found = errand.run(lambda progress: self._check(spoken, progress), held)
        return partial(Card.checked, asked=about, check=found)

    def _wanted(self, job: Job) -> tuple[Project, Line, Hashable] | None:
        """The project as it is to be cast, the line as it is to be spoken, and what is asked for of its card.

        None if it is no more.
        """
        project = self._opened.project
        if job.kind in _OF_TAKES:
            take = next((take for take in project.takes if take.take_id == job.subject), None)
            return (*as_taken(project, take), AS_TAKEN) if take else None
        line = next((line for line in project.script.lines if line.line_id == job.subject), None)
        return (project, job.wanted or line, asked(project, line)) if line else None

    def _speak(self, project: Project, line: Line, guest: Guest, progress: Progress) -> Spoken:
        progress.update("synthesize", 0.0)
        return speak(self._studio, project, line, guest.caller.name, progress)

    def _restore(self, job: Job, project: Project, line: Line, about: Hashable) -> None:
        if about in self._opened.card(LINES, job.subject).heard:
            return
        if not self.agreed(job.guest) and self._cloned(project, line, job.guest):
            return
        tell = partial(self._opened.update, LINES, job.subject)
        with suppress(EncoreError):  # what is wrong with it is told when it is asked for
            spoken = only_cached(self._studio, project, line, job.guest.caller.name)
            if spoken is None:
                if self._opened.card(LINES, job.subject).fingerprint:
                    fingerprint = self._studio.synthesis[project.script.engine].fingerprint
                    tell(lambda card: card.missed(about, fingerprint))
                return
            heard = self._heard(spoken)
            tell(lambda card: card.remembered(about, heard))
            found = self._check(spoken, NoEngine())
            tell(lambda card: card.remembered(about, heard, found))

    def _check(self, spoken: Spoken, progress: Progress) -> TakeCheck:
        request = spoken.request
        reference = None
        if isinstance(request.speaker, LibrarySpeaker):
            reference = self._studio.library.reference(request.speaker.voice_id).audio
        progress.update("check", 0.0)
        return listened(
            self._studio, spoken.take.audio, spoken.line.text, request.language, reference=reference, progress=progress
        )

    def _keep(self, spoken: Spoken, heard: Heard) -> None:
        """As a take, unless there is one like it."""
        new = takes.kept(spoken)
        same = next((take for take in self._opened.project.takes if _alike(take, new)), None)
        take = same or self._opened.keep(new)
        self._opened.update(TAKES, take.take_id, lambda card: card.spoken(AS_TAKEN, heard))

    def _heard(self, spoken: Spoken) -> Heard:
        take = spoken.take
        origin = (take.audio.content_id, "wav")
        clip = self._clips.made(origin, lambda: encode_take(take.audio), "take.wav")
        bars = bytes(round(bar * 100) for bar in waveform(take.audio))
        fingerprint = self._studio.synthesis[take.report.engine].fingerprint
        return Heard(clip.clip_id, take.report, spoken.speed, bars, spoken.findings, fingerprint)

    def _tell(self) -> None:
        self._opened.feed.tell(("rendering", ""), {"type": "rendering", **rendering_json(self.jobs)})


def rendering_json(jobs: Jobs) -> dict[str, object]:
    """How far the jobs are."""
    eta_s = jobs.eta_s
    return {
        "running": jobs.running,
        "done": jobs.done,
        "total": jobs.total,
        "eta_s": None if eta_s is None else round(eta_s, 1),
    }


def as_taken(project: Project, take: KeptTake) -> tuple[Project, Line]:
    """The line of a take and its project, cast as it was when it was spoken."""
    line = replace(take.line, slot=None)  # its speed is the one that fitted
    cast = {**project.script.cast, line.speaker: take.voice}
    script = replace(project.script, lines=(), cast=cast, engine=take.engine, language=take.language)
    return replace(project, script=script, takes=()), line


def _alike(one: KeptTake, other: KeptTake) -> bool:
    """Whether both are the same request."""
    return (one.line, one.voice, one.engine, one.language) == (other.line, other.voice, other.engine, other.language)


def _board(job: Job) -> str:
    return TAKES if job.kind in _OF_TAKES else LINES
