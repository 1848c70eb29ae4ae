"""The open projects: found by their ids, saved while they are worked on, closed when nobody does."""

import logging
import threading
import time
from dataclasses import replace

from core.desk.editing import set_title
from core.desk.projects import ProjectStore, ProjectSummary
from core.desk.script import Project, Script
from core.errors import Busy, InvalidInput
from core.finding import Finding
from core.studio import Studio
from webui.api.audio import ClipStore
from webui.desk.delivering import Delivering
from webui.desk.files import Files
from webui.desk.opened import Opened
from webui.desk.sample import sample as sample_in
from webui.desk.speaking import Speaking
from webui.gate.house import Guest
from webui.i18n import Texts

MOST_OPEN = 256
"""Projects that are open at once."""
IDLE_S = 3600.0
"""A project that nobody asked for, or listened to, for so long is closed, in seconds."""
PAUSE_S = 60.0
"""Nor is one closed that somebody has only just asked for, when too many are open."""
TICK_S = 0.5
"""How often is looked what there is to save, in seconds."""
RETRY_S = 30
PASSING_S = 30 * 86_400.0
"""How long a project is kept that nobody has used, of people whom nobody knows, in seconds."""
TIDY_S = 3600.0
"""How often is looked for such, in seconds."""

log = logging.getLogger(__name__)


class Work:
    """An open project and who works for it."""

    def __init__(self, opened: Opened, studio: Studio, clips: ClipStore, files: Files) -> None:
        self.opened = opened
        self.speaking = Speaking(opened, studio, clips)
        self.delivering = Delivering(opened, studio, self.speaking, files)

    @property
    def idle_s(self) -> float:
        """How long nobody has had it open, and nothing was done for it, in seconds."""
        if self.opened.feed.heard or self.speaking.jobs.running or self.delivering.running:
            self.opened.used_s = time.monotonic()
        return time.monotonic() - self.opened.used_s

    def stop(self) -> None:
        """Do nothing more for it."""
        self.speaking.jobs.cancel()
        self.delivering.cancel()

    def close(self) -> None:
        """Do nothing more for it, and save it."""
        self.stop()
        self.opened.leave()


class Desk:
    """The open projects of one server. Thread-safe."""

    def __init__(self, studio: Studio, clips: ClipStore, *, private: bool = True) -> None:
        """``private`` if only people at this machine can come, so that all that is there is theirs."""
        self.studio = studio
        self.store = ProjectStore(studio.settings.data_dir / "projects")
        self.files = Files(studio.settings.data_dir / "deliveries")
        self._clips, self._private = clips, private
        self._open: dict[str, Work] = {}
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._closed = threading.Event()
        self._keeper: threading.Thread | None = None

    def list(self, guest: Guest) -> list[ProjectSummary]:
        """The projects of ``guest``; none where nobody says who they are."""
        return self.store.list(self.viewer(guest))

    def create(self, guest: Guest, title: str = "", sample: Texts | None = None) -> Work:
        """A new project, opened; with lines to try things on in the language of ``sample``."""
        engine = self.studio.synthesis.usable
        project = sample_in(self.studio, engine, sample.language) if sample else Project(script=Script(engine=engine))
        return self.keep(guest, set_title(project, title))

    def keep(self, guest: Guest, project: Project, findings: tuple[Finding, ...] = ()) -> Work:
        """``project`` as a new one, opened; ``findings`` are to be told about it."""
        stored = self.store.create(project, guest.caller.name, passing=not self.knows(guest))
        stored = replace(stored, findings=findings)
        work = self._enter(Opened(stored, self.store))
        work.speaking.restore(guest)
        return work

    def work(self, guest: Guest, project_id: str) -> Work:
        """A project, opened if it is not yet. Raises :class:`InvalidInput` (``desk.unknown``) and as the store does."""
        viewer = self.viewer(guest)
        work = self._known(project_id)
        if work is None:
            with self._opening:
                work = self._known(project_id)
                if work is None:
                    work = self._enter(Opened(self.store.open(project_id, viewer), self.store))
                    work.speaking.restore(guest)
        if viewer is not None and work.opened.owner not in ("", viewer):
            raise InvalidInput("desk.unknown")  # as if it were not there: nothing is told of it
        return work

    def delete(self, guest: Guest, project_id: str) -> None:
        """Forget a project. Raises as :meth:`work`."""
        work = self.work(guest, project_id)
        work.stop()
        work.opened.delete()
        self.files.tidy(project_id=project_id)
        self.store.delete(project_id, self.viewer(guest))
        with self._lock:
            self._open.pop(project_id, None)

    def close(self) -> None:
        """Save everything and let everybody go."""
        self._closed.set()
        with self._lock:
            works, self._open = list(self._open.values()), {}
        for work in works:
            work.close()
        self.files.close()

    def viewer(self, guest: Guest) -> str | None:
        """As whom ``guest`` looks at the store: at the house's own machine as the house."""
        return guest.caller.name or (None if self._private else "")

    def knows(self, guest: Guest) -> bool:
        """Whether there is somebody to whom what ``guest`` brings can belong."""
        return self.viewer(guest) != ""

    def _known(self, project_id: str) -> Work | None:
        with self._lock:
            work = self._open.get(project_id)
            if work is not None:
                work.opened.used_s = time.monotonic()
            return work

    def _enter(self, opened: Opened) -> Work:
        """Have it open. Raises :class:`Busy` (``busy.work``) where too many are."""
        work = Work(opened, self.studio, self._clips, self.files)
        with self._lock:
            idle = sorted(
                (each for each in self._open.values() if each.idle_s > PAUSE_S), key=lambda each: -each.idle_s
            )
            leave = idle[: max(0, len(self._open) + 1 - MOST_OPEN)]
            if len(self._open) - len(leave) >= MOST_OPEN:
                raise Busy("busy.work", retry_s=RETRY_S)
            for each in leave:
                del self._open[each.opened.project_id]
            self._open[opened.project_id] = work
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep, name="encore-idle-desk", daemon=True)
                self._keeper.start()
        for each in leave:
            each.close()
        return work

    def _keep(self) -> None:
        """Save what has settled and close what is idle, until closed."""
        tidied_s = -TIDY_S
        while not self._closed.wait(TICK_S):
            if time.monotonic() - tidied_s > TIDY_S:
                tidied_s = time.monotonic()
                with self._lock:
                    here = set(self._open)
                self.store.tidy(PASSING_S, here)
            with self._lock:
                works = list(self._open.values())
            for work in works:
                try:
                    work.opened.save(settled=True)
                except Exception:  # whatever it was, the other projects are to be saved nonetheless
                    log.exception("a project could not be saved")
                with self._lock:
                    leave = work.idle_s > IDLE_S and self._open.pop(work.opened.project_id, None) is work
                if leave:
                    work.close()
                    self.files.tidy(project_id=work.opened.project_id)
            self.files.tidy()
