"""Names with the hashes of their passwords and keys: two files of ``NAME:HASH`` lines, and the logins of this start.

A password is chosen by a person, so its hash is slow and salted (scrypt). A key is 256 random bits, which nobody
guesses, so SHA-256 does. A key also serves as a password under its name: that is how its holder opens the page.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.errors import InvalidInput, StorageFailed
from core.settings import Settings

Kind = Literal["user", "key"]

MAX_NAME = 60
MIN_PASSWORD = 8
KEY_PREFIX = "encore-"
"""How keys begin, so that one that strayed can be told from other secrets."""
_N, _R, _P = 2**14, 8, 1
"""scrypt's cost: 16 MiB and some 50 ms."""


@dataclass(frozen=True)
class Account:
    """Who may come in."""

    name: str
    kind: Kind
    stamp: str
    """Changes when the password or key does; tells nothing of it."""


class NameFile:
    """A file of names with hashes, read anew when it changes; lines that begin with ``#`` are comments."""

    def __init__(self, path: Path, kind: Kind) -> None:
        self._path, self._kind = path, kind
        self._seen: tuple[int, int] | None = None
        self._hashes: Mapping[str, str] = {}

    def load(self) -> Mapping[str, str]:
        """Hash by name; nothing where there is no file. Raises :class:`InvalidInput` (``access.file``)."""
        try:
            status = self._path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise StorageFailed("file.unreadable", path=self._path, reason="it is no file")
            seen = status.st_mtime_ns, status.st_size
            if seen != self._seen:
                self._hashes = dict(self._parsed(self._path.read_text("utf-8")))
                self._seen = seen
        except FileNotFoundError:
            self._hashes, self._seen = {}, None
        except (OSError, UnicodeDecodeError) as error:
            raise StorageFailed("file.unreadable", path=self._path, reason=error) from error
        return self._hashes

    def add(self, name: str, digest: str) -> None:
        """Let ``name`` in. Raises :class:`InvalidInput` (``access.name``, ``access.exists``) or ``StorageFailed``."""
        name = checked_name(name)
        hashes = dict(self.load())
        if name in hashes:
            raise InvalidInput("access.exists", name=name, kind=self._kind)
        self._write(hashes | {name: digest})

    def remove(self, name: str) -> None:
        """Let ``name`` in no more. Raises :class:`InvalidInput` (``access.unknown``) or :class:`StorageFailed`."""
        hashes = dict(self.load())
        if name not in hashes:
            raise InvalidInput("access.unknown", name=name, kind=self._kind)
        del hashes[name]
        self._write(hashes)

    def _parsed(self, text: str) -> Iterator[tuple[str, str]]:
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, _, digest = line.strip().rpartition(":")
            if not name or not _well_formed(digest, self._kind):
                raise InvalidInput("access.file", line=number, path=self._path, kind=f"{self._kind}s")
            yield name, digest

    def _write(self, hashes: Mapping[str, str]) -> None:
        """Replace the file at once, readable for its owner alone."""
        lines = "".join(f"{name}:{digest}\n" for name, digest in sorted(hashes.items()))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._path.parent)  # made with 0600
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(lines)
            Path(temporary).replace(self._path)
        except OSError as error:
            raise StorageFailed("file.unwritable", path=self._path, reason=error.strerror or error) from error


@dataclass(frozen=True)
class Credentials:
    """All that lets somebody in."""

    users: NameFile
    keys: NameFile
    logins: Mapping[str, str] = field(default_factory=dict)
    """Password hash by name, of this start only."""

    @classmethod
    def of(cls, settings: Settings, auth: Sequence[str] = ()) -> "Credentials":
        """What ``settings`` name, and ``auth``, each ``USER:PASS``. Raises :class:`InvalidInput`."""
        if any(not all(login.partition(":")) for login in auth):
            raise InvalidInput("serve.auth")
        logins = {name: password_hash(password) for name, _, password in (login.partition(":") for login in auth)}
        return cls(user_file(settings), key_file(settings), logins)

    @property
    def required(self) -> bool:
        """Whether anybody has to say who they are: once there is somebody who can."""
        return bool(self.logins or self.users.load() or self.keys.load())

    def by_key(self, key: str) -> Account | None:
        """Whose key ``key`` is."""
        given, found = key_hash(key), None
        # Every one is compared, each in constant time, so that the time taken tells nothing.
        for name, digest in self.keys.load().items():
            if hmac.compare_digest(given, digest):
                found = Account(name, "key", _stamp(digest))
        return found

    def by_password(self, name: str, password: str) -> Account | None:
        """Who logs in so. Takes some 50 ms, whether there is such a user or not."""
        keyed = self.by_key(password)
        if keyed is not None and keyed.name == name:
            return keyed
        digest = self._users().get(name)
        known = _matches(password, digest or _NOBODY)
        return Account(name, "user", _stamp(digest)) if digest is not None and known else None

    def account(self, name: str, stamp: str) -> Account | None:
        """Who logged in before, if their password or key is still the same."""
        for kind, hashes in (("user", self._users()), ("key", self.keys.load())):
            digest = hashes.get(name)
            if digest is not None and hmac.compare_digest(stamp, _stamp(digest)):
                return Account(name, "user" if kind == "user" else "key", stamp)
        return None

    def _users(self) -> Mapping[str, str]:
        return {**self.users.load(), **self.logins}


def user_file(settings: Settings) -> NameFile:
    """Who may log in with a password."""
    return NameFile(settings.users or settings.data_dir / "users.txt", "user")


def key_file(settings: Settings) -> NameFile:
    """Who may come with a key."""
    return NameFile(settings.api_keys or settings.data_dir / "keys.txt", "key")


def checked_name(name: str) -> str:
    """``name`` as it is written down. Raises :class:`InvalidInput` (``access.name``)."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= MAX_NAME or ":" in name or name.startswith("#") or not name.isprintable():
        raise InvalidInput("access.name", name=name[:MAX_NAME])
    return name


def new_key() -> str:
    """A key that nobody has had."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def key_hash(key: str) -> str:
    """What is kept of a key."""
    return "sha256$" + hashlib.sha256(key.encode()).hexdigest()


def password_hash(password: str) -> str:
    """What is kept of a password."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${_base64(salt)}${_base64(_scrypt(password, salt, _N, _R, _P))}"


def _matches(password: str, digest: str) -> bool:
    _, n, r, p, salt, expected = digest.split("$")
    found = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(expected))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _well_formed(digest: str, kind: Kind) -> bool:
    """Whether ``digest`` is a hash that can be compared with."""
    parts = digest.split("$")
    if kind == "key":
        return parts[0] == "sha256" and len(parts) == 2 and len(parts[1]) == 64
    try:
        name, n, r, p, salt, expected = parts
        costs = int(n), int(r), int(p)
        sizes = len(base64.b64decode(salt, validate=True)), len(base64.b64decode(expected, validate=True))
    except (ValueError, binascii.Error):
        return False
    # What costs more than this is no hash of ours, and would let a login take all memory.
    cheap = costs[0] in (2**k for k in range(10, 19)) and 1 <= costs[1] <= 16 and 1 <= costs[2] <= 4
    return name == "scrypt" and cheap and sizes[0] >= 8 and sizes[1] == 32


def _stamp(digest: str) -> str:
    return hashlib.sha256(digest.encode()).hexdigest()[:32]


_NOBODY = f"scrypt${_N}${_R}${_P}${_base64(bytes(16))}${_base64(bytes(32))}"
"""What the password of somebody unknown is compared with: it takes as long as any other."""
