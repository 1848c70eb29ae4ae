"""The shell of an engine whose model is its user's: whether it is here, what it is, loading it once, letting it go."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from core.engines.availability import Availability
from core.engines.guard import in_one_line, is_out_of_memory
from core.engines.pytorch import told
from core.errors import EncoreError, EngineFailed, ModelMissing
from core.models.digest import digest_of
from core.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")


class Files(Protocol):
    """Where the model of an engine is."""

    @property
    def folder(self) -> Path:
        """What its user names."""
        ...

    @property
    def sounding(self) -> Sequence[Path]:
        """Every file that shapes what the engine makes."""
        ...

    @property
    def availability(self) -> Availability:
        """Whether all that is needed is here; costs a look at a few names."""
        ...


class Closing(Protocol):
    """A model that is loaded."""

    def close(self) -> None:
        """Free its memory, as far as nobody else holds on to it."""
        ...


FilesT = TypeVar("FilesT", bound=Files)
ModelT = TypeVar("ModelT", bound=Closing)


class CheckpointEngine(ABC, Generic[FilesT, ModelT]):
    """What such engines share. Whoever uses the model holds ``_working`` meanwhile: one call at a time."""

    name: str
    revision: int
    """Raised when what this package does with the same weights changes what it makes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._working = threading.Lock()
        self._model: ModelT | None = None
        self._fingerprint: str | None = None

    @property
    @abstractmethod
    def files(self) -> FilesT:
        """The model's files, as they are now."""

    @property
    def availability(self) -> Availability:
        """Whether it can be used here; costs a look at a few names."""
        return self.files.availability

    @property
    def fingerprint(self) -> str:
        """Weights, code, options that shape the sound, and this package's revision. Raises as :meth:`load`."""
        if self._fingerprint is None:
            files = self._here()
            try:
                weights = digest_of(files.sounding, self._settings.data_dir / "digests.json")
                parts = (self.name, str(self.revision), *self._traits(files), weights[:16])
            except OSError as error:
                raise ModelMissing("file.unreadable", path=files.folder, reason=error.strerror or error) from error
            self._fingerprint = "/".join(parts)
        return self._fingerprint

    @property
    def loaded(self) -> bool:
        """Whether the model takes memory now."""
        return self._model is not None

    def load(self) -> None:
        """Load the model, once. Raises :class:`ModelMissing`, :class:`EngineUnavailable`, or :class:`EngineFailed`
        (``<name>.broken``, ``engine.memory``)."""
        with self._working:
            self._loaded()

    def unload(self) -> None:
        """Free the model's memory, once nobody works with it; the next use loads what its files are then."""
        with self._working:
            self._let_go()
            self._fingerprint = None

    @abstractmethod
    def _traits(self, files: FilesT) -> Sequence[str]:
        """What shapes the sound besides the weights. Raises OSError."""

    @abstractmethod
    def _open(self, files: FilesT) -> ModelT:
        """Load ``files``. Raises :class:`EngineUnavailable`, and whatever its code and its files make it raise."""

    def _here(self) -> FilesT:
        """The model's files. Raises :class:`ModelMissing` and :class:`EngineUnavailable` unless all is here."""
        self.availability.check()
        return self.files

    def _loaded(self) -> ModelT:
        if self._model is None:
            files = self._here()
            try:
                self._model = self._open(files)
            except EncoreError:
                raise
            except Exception as error:  # files that are no model fail in as many ways as there are readers
                if is_out_of_memory(error):
                    raise told(self.name, error) from error
                log.warning("the model of %s could not be loaded", self.name, exc_info=error)
                raise EngineFailed(f"{self.name}.broken", folder=files.folder, reason=in_one_line(error)) from error
            log.info("%s from %s", self.name, files.folder)
        return self._model

    def _let_go(self) -> None:
        if self._model is not None:
            self._model.close()
        self._model = None

    def _done(self, work: Callable[[ModelT], T]) -> T:
        """``work`` of the model. Raises as :meth:`load`, and :class:`EngineFailed` of whatever breaks in it."""
        model = self._loaded()
        try:
            return work(model)
        except Exception as error:
            raise told(self.name, error) from error
