"""The personal lexicon: how this user's words are read, in all later text.

Kept as CSV with the columns ``word`` and ``reading``, so that a spreadsheet can edit it.
"""

import contextlib
import csv
import functools
import io
import os
import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from filelock import FileLock, Timeout

from core.errors import InvalidInput, StorageFailed
from core.text.arpabet import parse_phones
from core.text.identity import HAN
from core.text.markup.model import Arpabet, Marked, Node, Pinyin, Text
from core.text.pinyin import parse_syllable

MAX_WORD = 60
"""Longest word, in characters."""
LOCK_S = 10.0
"""How long a writer waits for another one."""

_COLUMNS = ["word", "reading"]
_LATIN = rf"[^\W_{HAN.pattern[1:-1]}]"
_ATOM = re.compile(rf"{HAN.pattern}|{_LATIN}+(?:['’]{_LATIN}+)*|.", re.DOTALL)
"""What words are made of and are matched by: a Han character, a Latin word with its apostrophes, any other sign."""
_HAN_WORD = re.compile(f"{HAN.pattern}+")
_LATIN_WORD = re.compile(rf"(?=.*[^\W\d_]){_LATIN}+(?:['’-]{_LATIN}+)*")


@dataclass(frozen=True)
class Match:
    """A word of the lexicon in a text."""

    start: int
    end: int
    nodes: Marked
    """The word with its reading: a :class:`Pinyin` for each character, or one :class:`Arpabet`."""


@dataclass(frozen=True)
class Lexicon:
    """Words and their readings, checked and in one form: ``长城`` → ``chang2 cheng2``, ``Koch`` → ``K AA1 K``."""

    entries: Mapping[str, str] = field(default_factory=dict)

    def apply(self, marked: Marked) -> Marked:
        """``marked`` with the lexicon's words marked in its :class:`Text` nodes; what is marked already stays."""
        if not self.entries:
            return marked
        return tuple(new for node in marked for new in (self._marked(node.text) if isinstance(node, Text) else (node,)))

    def find(self, text: str) -> Iterator[Match]:
        """The lexicon's words in plain ``text``, from left to right, the longest at each place.

        Latin words match whole and in any case: neither a plural nor a possessive is the word.
        """
        atoms = list(_ATOM.finditer(text))
        place = 0
        while place < len(atoms):
            branch, found, reading = self._trie, place, ""
            for ahead in range(place, len(atoms)):
                below = branch.below.get(_folded(atoms[ahead].group()))
                if below is None:
                    break
                branch = below
                if branch.reading:
                    found, reading = ahead + 1, branch.reading
            if reading:
                start, end = atoms[place].start(), atoms[found - 1].end()
                yield Match(start, end, _nodes(text[start:end], reading))
            place = max(found, place + 1)

    def _marked(self, text: str) -> Iterator[Node]:
        done = 0
        for match in self.find(text):
            if match.start > done:
                yield Text(text[done : match.start])
            yield from match.nodes
            done = match.end
        if done < len(text):
            yield Text(text[done:])

    @functools.cached_property
    def _trie(self) -> "_Branch":
        root = _Branch()
        for word, reading in self.entries.items():
            branch = root
            for atom in _ATOM.findall(word):
                branch = branch.below.setdefault(_folded(atom), _Branch())
            branch.reading = reading
        return root


@dataclass
class _Branch:
    """The words that begin alike; ``reading`` is the one of the word that ends here."""

    below: dict[str, "_Branch"] = field(default_factory=dict)
    reading: str = ""


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    new: int
    changed: int
    unchanged: int


_EMPTY = Lexicon()


class LexiconFile:
    """The lexicon in one file, which several processes may write."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._read: tuple[tuple[int, int, int] | None, Lexicon] = (None, Lexicon())

    def load(self) -> Lexicon:
        """The lexicon as it is now; read again only if the file has changed.

        Raises :class:`InvalidInput` (``lexicon.row``) if somebody broke the file, :class:`StorageFailed` if it cannot
        be read.
        """
        with self._guard:
            try:
                state = self._path.stat()
            except FileNotFoundError:
                return _EMPTY
            except OSError as error:
                raise StorageFailed("file.unreadable", path=self._path, reason=error.strerror or error) from error
            seen = (state.st_mtime_ns, state.st_size, state.st_ino)
            if self._read[0] != seen:
                try:
                    entries = read_csv(self._path.read_bytes())
                except OSError as error:
                    raise StorageFailed("file.unreadable", path=self._path, reason=error.strerror or error) from error
                self._read = (seen, Lexicon(MappingProxyType(entries)))
            return self._read[1]

    def set(self, word: str, reading: str) -> Lexicon:
        """Read ``word`` as ``reading`` from now on. Raises :class:`InvalidInput` as :func:`checked` does."""
        self._merge(dict([checked(word, reading)]))
        return self.load()

    def remove(self, word: str) -> Lexicon:
        """Forget ``word``. Raises :class:`InvalidInput` (``lexicon.unknown``)."""
        with self._writing() as entries:
            same = [known for known in entries if _folded(known) == _folded(word.strip())]
            if not same:
                raise InvalidInput("lexicon.unknown", word=word.strip())
            for known in same:
                del entries[known]
        return self.load()

    def import_csv(self, data: str | bytes) -> Imported:
        """Add the words of a CSV; those that are here already take its readings.

        Raises :class:`InvalidInput` (``lexicon.row``, ``lexicon.encoding``) and changes nothing then.
        """
        return self._merge(read_csv(data))

    def export_csv(self) -> str:
        """The lexicon as CSV, sorted by word."""
        return write_csv(self.load().entries)

    def _merge(self, wanted: Mapping[str, str]) -> Imported:
        with self._writing() as entries:
            words = {_folded(word): word for word in entries}
            new = changed = 0
            for word, reading in wanted.items():
                known = words.get(_folded(word))
                new += known is None
                changed += known is not None and entries[known] != reading
                if known is not None:
                    del entries[known]
                entries[word] = reading
        return Imported(new, changed, len(wanted) - new - changed)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[dict[str, str]]:
        """The entries to change, this process alone; they are saved at the end, whole or not at all."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._path.with_suffix(".lock"), timeout=LOCK_S):
                entries = dict(self.load().entries)
                yield entries
                draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.{threading.get_ident()}")
                try:
                    draft.write_text(write_csv(entries), "utf-8", newline="")
                    draft.replace(self._path)
                finally:
                    draft.unlink(missing_ok=True)
        except Timeout as error:
            raise StorageFailed("file.unwritable", path=self._path, reason="another program holds it") from error
        except OSError as error:
            raise StorageFailed("file.unwritable", path=self._path, reason=error.strerror or error) from error


def checked(word: str, reading: str) -> tuple[str, str]:
    """A word and its reading in the form that is kept.

    Raises :class:`InvalidInput`: ``lexicon.word`` for what is neither Chinese characters nor one Latin word,
    ``lexicon.pinyin``, ``lexicon.count`` or ``lexicon.arpabet`` for a reading that is none of it.
    """
    word = unicodedata.normalize("NFC", word.strip())
    if len(word) <= MAX_WORD and _HAN_WORD.fullmatch(word):
        return word, " ".join(_syllables(word, reading))
    if len(word) <= MAX_WORD and _LATIN_WORD.fullmatch(word):
        phones = parse_phones(reading)
        if phones is None:
            raise InvalidInput("lexicon.arpabet", word=word, reading=reading)
        return word, " ".join(phones)
    raise InvalidInput("lexicon.word", word=word[:MAX_WORD], limit=MAX_WORD)


def read_csv(data: str | bytes) -> dict[str, str]:
    """The entries of a CSV with the columns word and reading; a header is not needed, empty lines are passed over.

    Raises :class:`InvalidInput`: ``lexicon.encoding`` if it is no UTF-8, ``lexicon.row`` naming the first bad line.
    """
    if isinstance(data, bytes):
        try:
            data = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidInput("lexicon.encoding") from error
    rows = csv.reader(io.StringIO(data.removeprefix("\ufeff"), newline=""), strict=True)
    entries: dict[str, str] = {}
    lines: dict[str, tuple[int, str]] = {}
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells) or (not lines and [cell.lower() for cell in cells] == _COLUMNS):
                continue
            if len(cells) != len(_COLUMNS):
                raise InvalidInput("lexicon.columns", count=len(cells))
            word, reading = checked(*cells)
            line, before = lines.setdefault(_folded(word), (rows.line_num, reading))
            if before != reading:
                raise InvalidInput("lexicon.twice", word=word, line=line)
            if line == rows.line_num:
                entries[word] = reading
    except csv.Error as error:
        raise InvalidInput("lexicon.row", line=rows.line_num, reason=error) from error
    except InvalidInput as error:
        raise InvalidInput("lexicon.row", line=rows.line_num, reason=error) from error
    return entries


def write_csv(entries: Mapping[str, str]) -> str:
    """``entries`` as CSV, sorted by word."""
    table = io.StringIO(newline="")
    csv.writer(table, lineterminator="\n").writerows([_COLUMNS, *sorted(entries.items())])
    return table.getvalue()


def _syllables(word: str, reading: str) -> list[str]:
    """The syllables of ``reading``, one for each character of ``word``."""
    syllables = []
    for written in reading.split():
        syllable = parse_syllable(written)
        if syllable is None:
            raise InvalidInput("lexicon.pinyin", word=word, reading=written)
        syllables.append(syllable)
    if len(syllables) != len(word):
        raise InvalidInput("lexicon.count", word=word, characters=len(word), syllables=len(syllables))
    return syllables


def _nodes(text: str, reading: str) -> Marked:
    """``text`` read so, letter by letter as it is written there."""
    if _HAN_WORD.fullmatch(text):
        return tuple(Pinyin(syllable, character) for character, syllable in zip(text, reading.split(), strict=True))
    return (Arpabet(tuple(reading.split()), text),)


def _folded(word: str) -> str:
    """``word`` as it is compared: any case, any apostrophe."""
    return word.casefold().replace("’", "'")
