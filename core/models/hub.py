"""Models from Hugging Face or ModelScope, fetched only when somebody asks for that."""

import importlib.util
import logging
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from core.errors import FetchFailed, StorageFailed

log = logging.getLogger(__name__)


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


def fetch_from_hub(model_id: str, folder: Path, files: Sequence[str]) -> None:
    """Bring those of ``files`` (names or glob patterns) that the hub has to ``folder``; what is here already stays.

    Asks Hugging Face first and then, where its package is installed, ModelScope. Raises :class:`FetchFailed`
    (``model.hub``) with the reasons of those that were asked, or :class:`StorageFailed`.
    """
    reasons = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            for hub, download in (("huggingface_hub", _hugging_face), ("modelscope", _model_scope)):
                if importlib.util.find_spec(hub) is None:
                    reasons.append(f"{hub} is not installed")
                    continue
                try:
                    download(model_id, folder, list(files))
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
