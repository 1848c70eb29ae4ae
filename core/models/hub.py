"""Models from Hugging Face or ModelScope, fetched only when somebody asks for that."""

import importlib.util
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from filelock import FileLock

from core.errors import FetchFailed, StorageFailed

log = logging.getLogger(__name__)


class HubFiles(Protocol):
    """Where a model is, or is to be."""

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        ...

    @property
    def hub_id(self) -> str:
        """Where it is to be fetched from; empty for a folder of the user's."""
        ...

    @property
    def needed(self) -> Sequence[Path]:
        """Every file without which there is no model."""
        ...


FilesT = TypeVar("FilesT", bound=HubFiles)


def hub_folder(models_dir: Path, model_id: str) -> Path:
    """Where the model called ``owner/name`` on a hub lies once it was fetched."""
    return models_dir / "hub" / model_id.replace("/", "--")


def named_model(models_dir: Path, named: str, default: str) -> tuple[Path, str]:
    """The folder of the model that a setting names, and its id on a hub; that is empty for a folder of the user's.

    ``named`` is a folder or an id; with nothing named, the model is what was put under ``default`` among the models.
    """
    folder = Path(named).expanduser() if named else models_dir / default
    # "owner/name" is an id unless there is such a folder.
    if named and not folder.is_dir() and not folder.is_absolute() and named.count("/") == 1:
        return hub_folder(models_dir, named), named
    return folder, ""


def fetched(now: Callable[[], FilesT], bring: Callable[[FilesT], None]) -> Path:
    """The folder of the model that ``now`` tells of, once ``bring`` has fetched what it lacks, if it lacks anything.

    Raises :class:`FetchFailed` (``model.hub``) if something is missing still, and whatever ``bring`` raises.
    """
    files = now()
    if not all(path.is_file() for path in files.needed):
        bring(files)
        files = now()
    if missing := [path.name for path in files.needed if not path.is_file()]:
        raise FetchFailed("model.hub", model=files.hub_id or files.folder, reason=f"it lacks {', '.join(missing)}")
    return files.folder


def fetch_from_hub(model_id: str, folder: Path, files: Sequence[str], model_scope_id: str = "") -> None:
    """Bring those of ``files`` (names or glob patterns) that the hub has to ``folder``; what is here already stays.

    Asks Hugging Face first and then, where its package is installed, ModelScope, where the model may have another id.
    Raises :class:`FetchFailed` (``model.hub``) with the reasons of those that were asked, or :class:`StorageFailed`.
    """
    reasons = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            hubs = (
                ("huggingface_hub", _hugging_face, model_id),
                ("modelscope", _model_scope, model_scope_id or model_id),
            )
            for hub, download, its_id in hubs:
                if importlib.util.find_spec(hub) is None:
                    reasons.append(f"{hub} is not installed")
                    continue
                try:
                    download(its_id, folder, list(files))
                    return
                except Exception as error:  # each hub has its own errors for a line that is down and a wrong name
                    log.debug("%s", hub, exc_info=error)
                    reasons.append(f"{hub}: {_told(error)}")
    except OSError as error:
        raise StorageFailed("file.unwritable", path=folder, reason=error.strerror or error) from error
    raise FetchFailed("model.hub", model=model_id, reason="; ".join(reasons))


def _hugging_face(model_id: str, folder: Path, files: list[str]) -> None:
    from huggingface_hub import snapshot_download

    snapshot_download(model_id, local_dir=folder, allow_patterns=files)


def _model_scope(model_id: str, folder: Path, files: list[str]) -> None:
    from modelscope.hub.snapshot_download import snapshot_download

    snapshot_download(model_id, local_dir=str(folder), allow_patterns=files)


def _told(error: Exception) -> str:
    """An error in one line."""
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__
