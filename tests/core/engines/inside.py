"""Reaching into a loaded engine: its authors' methods counted, and made to fill the memory."""

import gc
import importlib
import weakref
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from core.engines.upstream import UpstreamEngine

AnyEngine = UpstreamEngine[Any, Any]
Patch = Callable[[Any, str, Any], None]
"""``MonkeyPatch.setattr``, or ``setattr``."""


def inside(engine: AnyEngine, path: str) -> tuple[Any, str]:
    """The object inside the loaded model that has what the dotted ``path`` names, and its name there."""
    *parents, name = path.split(".")
    return reduce(getattr, parents, engine._model), name


def counted(engine: AnyEngine, paths: Sequence[str], patch: Patch) -> dict[str, int]:
    """How often each of the methods ``paths`` is called from now on."""
    calls = dict.fromkeys(paths, 0)
    for path in paths:
        owner, name = inside(engine, path)
        theirs = getattr(owner, name)

        def counting(*given: Any, path: str = path, theirs: Callable[..., Any] = theirs, **more: Any) -> Any:
            calls[path] += 1
            return theirs(*given, **more)

        patch(owner, name, counting)
    return calls


def filling(held: list[weakref.ref[Any]]) -> Callable[..., None]:
    """What finds the memory full once it has taken some, which ``held`` then refers to."""
    torch = importlib.import_module("torch")

    def full(*_: Any, **__: Any) -> None:
        big = torch.zeros(1_000)
        held.append(weakref.ref(big))
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    return full


def instances(kind: type) -> int:
    """How many objects of the class ``kind`` there are."""
    return sum(type(each) is kind for each in gc.get_objects())
