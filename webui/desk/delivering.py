"""The files that leave an open project: made in a thread of their own, and fetched for a while."""

import logging
import threading
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

from core.desk.delivery.manifest import WrittenFile
from core.desk.delivery.naming import file_stem
from core.desk.delivery.package import STAGE, Delivered, LineDone, LineFailed, package
from core.desk.delivery.wish import Delivery
from core.desk.editing import SetDelivery
from core.desk.script import Project
from core.errors import Busy, Cancelled, EncoreError
from core.finding import Finding
from core.progress import Progress
from core.studio import Studio
from webui.components.notice import sentence
from webui.desk.feed import Event, Json
from webui.desk.files import Files
from webui.desk.jobs import Errand
from webui.desk.opened import LINES, Opened
from webui.desk.shown import findings_json
from webui.desk.speaking import Speaking
from webui.desk.state import Card, asked
from webui.gate.house import Guest
from webui.i18n import Texts
from webui.work import begin

ABOUT = ("delivery", "")
ZIP = "application/zip"
MOST_TOLD = 100
"""Findings that are told of one delivery."""

log = logging.getLogger(__name__)


class Delivering:
    """Makes the files of one open project, one delivery at a time."""

    def __init__(self, opened: Opened, studio: Studio, speaking: Speaking, files: Files) -> None:
        self._opened, self._studio, self._speaking, self._files = opened, studio, speaking, files
        self._errand: Errand | None = None
        self._lock = threading.Lock()

    @property
    def running(self) -> bool:
        """Whether files are being made."""
        return self._errand is not None

    def deliver(self, guest: Guest, wish: Delivery, line_ids: Sequence[str] | None) -> None:
        """Begin to make what is wished of lines, or of all; what was being made is not. Raises :class:`EncoreError`."""
        lines = self._opened.lines(line_ids)
        self._speaking.need_agreement(guest, self._opened.project, lines)
        self._opened.edit([SetDelivery(op="set_delivery", delivery=wish)], self._opened.revision)
        errand = Errand(guest, each=True)
        errand.listener = partial(self._progressed, errand)
        with self._lock:
            if self._errand is not None:
                self._errand.progress.cancel()
            self._errand = errand
        self._progressed(errand, STAGE, 0.0)
        begin(partial(self._run, errand, None if line_ids is None else set(line_ids)))

    def cancel(self) -> None:
        """Make no files."""
        with self._lock:
            if self._errand is not None:
                self._errand.progress.cancel()

    def _run(self, errand: Errand, line_ids: Collection[str] | None) -> None:
        project = self._opened.project
        failed: list[LineFailed] = []
        try:
            with self._files.making() as folder:
                path = folder / f"{file_stem(project.title, 'script')}.zip"

                def work(progress: Progress) -> list[tuple[int, Finding]]:
                    failed.clear()
                    return self._made(project, errand.guest, path, progress, line_ids, failed)

                findings = errand.run(work, partial(self._held, errand))
                token, size = self._offer(path)
                told = partial(_delivered, token, path.name, size, findings)
        except Exception as error:
            if not isinstance(error, EncoreError):
                log.exception("a delivery failed")
            self._end(errand, partial(_failure, error, failed))
        else:
            self._end(errand, told)

    def _made(
        self,
        project: Project,
        guest: Guest,
        path: Path,
        progress: Progress,
        line_ids: Collection[str] | None,
        failed: list[LineFailed],
    ) -> list[tuple[int, Finding]]:
        """Have it made at ``path``; what there is to tell, with the number of the line, 0 for all of them together.

        The sheet sees each line as it is spoken. Raises what the delivery does.
        """
        found: list[tuple[int, Finding]] = []
        viewer = guest.caller.name
        for step in package(self._studio, project, viewer, path, progress, line_ids):
            match step:
                case LineDone():
                    self._speaking.spoken(project, step.spoken)
                    found += [(step.number, each) for each in (*step.spoken.findings, *_of(step.file))]
                case LineFailed():
                    failed.append(step)
                    about = asked(project, step.line)
                    self._opened.update(LINES, step.line.line_id, partial(Card.broken, asked=about, error=step.error))
                case Delivered():
                    found += [(0, each) for each in _of(step.joined)]
        return found

    def _offer(self, path: Path) -> tuple[str, int]:
        """Let the file at ``path`` be fetched; its token and its size in bytes."""
        offered = self._opened
        token = self._files.offer(path, ZIP, owner=offered.owner, project_id=offered.project_id)
        return token, path.stat().st_size

    def _progressed(self, errand: Errand, stage: str, fraction: float) -> None:
        if stage == STAGE and self._errand is errand:
            self._opened.feed.tell(ABOUT, {"type": "delivery", "fraction": round(fraction, 3), "error": None})

    def _held(self, errand: Errand, error: Busy) -> None:
        """Tell why it has to wait; it goes on by itself."""
        if self._errand is errand:
            self._opened.feed.tell(
                ABOUT, lambda words: {"type": "delivery", "fraction": None, "error": words.error(error)}
            )

    def _end(self, errand: Errand, told: Event) -> None:
        with self._lock:
            if self._errand is not errand:  # another one was asked for
                return
            self._errand = None
        self._opened.feed.tell(ABOUT, told)


def _of(file: WrittenFile | None) -> Sequence[Finding]:
    return file.findings if file else ()


def _delivered(token: str, name: str, size: int, found: Sequence[tuple[int, Finding]], words: Texts) -> Json:
    findings = [
        {"number": number, **told} for number, finding in found[:MOST_TOLD] for told in findings_json([finding], words)
    ]
    return {"type": "delivered", "url": f"desk/files/{token}", "name": name, "bytes": size, "findings": findings}


def _failure(error: Exception, failed: Sequence[LineFailed], words: Texts) -> Json:
    lines = [
        {"number": each.number, "line_id": each.line.line_id, "error": words.error(each.error)}
        for each in failed[:MOST_TOLD]
    ]
    told = None if isinstance(error, Cancelled) else sentence(words, error)
    return {"type": "delivery_failed", "error": told, "lines": lines}
