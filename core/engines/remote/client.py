"""Asks servers for speech over HTTP: time-outs, another try where that is safe, and failures as sentences."""

import json
import logging
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from core.audio import MAX_BYTES
from core.cache.key import JSON
from core.engines.remote.pool import Pool, Server
from core.engines.remote.told import Told, read_models
from core.errors import EncoreError, EngineFailed, EngineUnavailable, InvalidInput
from core.settings import Settings

CONNECT_S = 3.0
"""The longest that a connection may take, in seconds."""
WORD_S = 15.0
"""The longest that a server may take to tell of itself: it may be loading a model just then."""
CONNECTIONS = 32
"""Most connections at once, to all servers together."""
PAUSE_S = 0.1
"""About how long to wait before another try."""
PATIENCE_S = 30.0
"""The longest that a busy server may ask us to wait."""
LONGEST_REASON = 300
FINGERPRINT = "X-Encore-Fingerprint"
"""The header in which an Encore says what made the sound."""

_LOST = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout)
"""The connection failed: nothing says that the work did."""

log = logging.getLogger(__name__)


class Client:
    """The servers in the settings. Thread-safe; opens no connection before it is asked for something."""

    def __init__(self, settings: Settings) -> None:
        """Raises :class:`InvalidInput` (``remote.urls``)."""
        self._settings = settings
        self._addresses = addresses(settings.remote_urls)
        self._lock = threading.Lock()
        self._open: httpx.Client | None = None
        self.pool = Pool(list(self._addresses), self._ask)

    def close(self) -> None:
        """Close the connections; the next question opens new ones."""
        with self._lock:
            client, self._open = self._open, None
        if client is not None:
            client.close()

    @contextmanager
    def speech(self, body: Mapping[str, JSON], fingerprint: str) -> Iterator["Speech"]:
        """An answer to ``body`` by a server whose model has ``fingerprint``, its sound still to be read.

        A server that cannot be connected to, or hangs up before it says anything, is set aside and another is asked:
        the same request gives the same sound. Once an answer has begun, no other is asked for.
        Raises :class:`EngineUnavailable`, :class:`EngineFailed`, and :class:`InvalidInput` (``remote.refused``).
        """
        waited = False
        for attempt in range(len(self.pool) + 2):
            if attempt:
                time.sleep(PAUSE_S * attempt * random.uniform(0.5, 1.5))  # noqa: S311 — no secret
            with self.pool.lease() as server:
                try:
                    response = self._client().send(self._request(server, body), stream=True)
                except _LOST as error:
                    log.warning("%s is set aside: %s", server.url, type(error).__name__)
                    self.pool.failed(server)
                    continue
                except httpx.PoolTimeout as error:
                    raise EngineUnavailable("remote.busy", servers=self.pool.names) from error
                except httpx.TimeoutException as error:
                    self.pool.failed(server)
                    raise self._too_late(server) from error
                except httpx.HTTPError as error:
                    raise _unusable(server, str(error)) from error
                try:
                    pause = _retry_after(response)
                    if pause is not None and not waited:
                        waited = True
                        response.close()
                        time.sleep(pause)
                        continue
                    self._check(server, response, fingerprint)
                    yield Speech(self, server, response)
                    return
                finally:
                    response.close()
        raise EngineUnavailable("remote.unreachable", servers=self.pool.names)

    def _client(self) -> httpx.Client:
        with self._lock:
            if self._open is None:
                patience = self._settings.remote_timeout_s
                self._open = httpx.Client(
                    timeout=httpx.Timeout(patience, connect=min(CONNECT_S, patience)),
                    limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS // 2),
                    headers={"User-Agent": "encore"},
                    trust_env=False,  # the settings say where things are
                )
            return self._open

    def _request(self, server: Server, body: Mapping[str, JSON]) -> httpx.Request:
        url = f"{server.url}/v1/audio/speech"
        return self._client().build_request("POST", url, json=body, headers=self._credentials(server.url))

    def _credentials(self, url: str) -> Mapping[str, str]:
        key = self._settings.remote_key.get_secret_value()
        if key:
            return {"Authorization": f"Bearer {key}"}
        name, password = self._addresses[url]
        if not name and not password:
            return {}
        request = next(httpx.BasicAuth(name, password).auth_flow(httpx.Request("GET", url)))
        return {"Authorization": request.headers["Authorization"]}

    def _ask(self, url: str) -> Told:
        """What the server at ``url`` tells of itself. Raises :class:`EncoreError`."""
        server = Server(url)
        patience = self._settings.remote_timeout_s
        limits = httpx.Timeout(min(WORD_S, patience), connect=min(CONNECT_S, patience))
        try:
            response = self._client().get(f"{url}/v1/models", headers=self._credentials(url), timeout=limits)
            self._raise_for(server, response)
            told = read_models(response.json(), self._settings)
        except (httpx.HTTPError, ValueError) as error:
            raise _unusable(server, f"/v1/models: {error or type(error).__name__}") from error
        if told is None:
            raise _unusable(server, f"/v1/models: {self._settings.remote_model or '–'}")
        return told

    def _check(self, server: Server, response: httpx.Response, fingerprint: str) -> None:
        """Raise unless ``response`` is sound that the model with ``fingerprint`` made."""
        self._raise_for(server, response)
        told = response.headers.get(FINGERPRINT)
        if told is not None and told != fingerprint:
            self.pool.changed()
            raise EngineUnavailable("remote.changed", server=server.url)
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not kind.startswith("audio/") and kind != "application/octet-stream":
            raise _unusable(server, kind or "no content type")

    def _raise_for(self, server: Server, response: httpx.Response) -> None:
        """Raise what the server's refusal or failure means, in its own words."""
        if response.status_code == httpx.codes.OK:
            return
        try:
            reason = _reason(response)
        except httpx.HTTPError:
            reason = f"HTTP {response.status_code}"
        if response.status_code in (401, 403):
            raise EngineUnavailable("remote.key", server=server.url)
        if response.status_code in (429, 503):
            raise EngineUnavailable("remote.failed", server=server.url, reason=reason)
        if response.is_client_error:
            raise InvalidInput("remote.refused", server=server.url, reason=reason)
        raise EngineFailed("remote.failed", server=server.url, reason=reason)

    def _too_late(self, server: Server) -> EncoreError:
        return EngineFailed("remote.timeout", server=server.url, seconds=self._settings.remote_timeout_s)

    def _broken_off(self, server: Server, error: httpx.HTTPError) -> EncoreError:
        self.pool.failed(server)
        if isinstance(error, httpx.TimeoutException):
            return self._too_late(server)
        return EngineFailed("remote.broken_off", server=server.url)


class Speech:
    """An answer whose sound is on its way."""

    def __init__(self, client: Client, server: Server, response: httpx.Response) -> None:
        self._client = client
        self._server = server
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        """The bytes as they come. Raises :class:`EngineFailed`."""
        total = 0
        try:
            for data in self._response.iter_bytes():
                total += len(data)
                if total > MAX_BYTES:
                    raise self.unusable(f"more than {MAX_BYTES >> 20} MB")
                yield data
        except httpx.HTTPError as error:
            raise self._client._broken_off(self._server, error) from error

    def unusable(self, reason: str) -> EncoreError:
        """The error for sound that is none."""
        return _unusable(self._server, reason)


def addresses(urls: str) -> Mapping[str, tuple[str, str]]:
    """Name and password (empty for none) by URL, of servers written with commas between them.

    What people copy ends in ``/v1`` as often as not; that is taken off. Raises :class:`InvalidInput` (``remote.urls``).
    """
    found: dict[str, tuple[str, str]] = {}
    for written in filter(None, (part.strip() for part in urls.split(","))):
        try:
            url = httpx.URL(written)
        except (httpx.InvalidURL, TypeError) as error:
            raise InvalidInput("remote.urls") from error
        if url.scheme not in ("http", "https") or not url.host:
            raise InvalidInput("remote.urls")
        shown = str(url.copy_with(username=None, password=None, query=None, fragment=None))
        found[shown.rstrip("/").removesuffix("/v1").rstrip("/")] = (url.username, url.password)
    if not found:
        raise InvalidInput("remote.urls")
    return found


def _retry_after(response: httpx.Response) -> float | None:
    """How long a server that is busy wants us to wait, in seconds; None for anything else."""
    if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
        return None
    try:
        seconds = float(response.headers["retry-after"])
    except (KeyError, ValueError):
        return None
    return seconds if 0 <= seconds <= PATIENCE_S else None


def _reason(response: httpx.Response) -> str:
    """What a failure says of itself, in a line: OpenAI's, FastAPI's or anybody's."""
    data = b""
    for part in response.iter_bytes():
        data += part
        if len(data) > 64 * 1024:
            break
    text = data.decode("utf-8", "replace")
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    match answer:
        case {"error": {"message": str(reason)}} | {"error": str(reason)} | {"detail": str(reason)}:
            pass
        case {"message": str(reason)}:
            pass
        case _:
            # A page for people, or a trace, is nothing to quote.
            reason = "" if "<" in text or "Traceback" in text else text
    reason = " ".join(reason.split())[:LONGEST_REASON]
    return reason or f"HTTP {response.status_code}"


def _unusable(server: Server, reason: str) -> EncoreError:
    return EngineFailed("remote.answer", server=server.url, reason=reason[:LONGEST_REASON])
