"""Serves the app until it is told to stop, and then stops quickly, whoever still listens."""

import gc
import importlib.util
import ipaddress
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from core.engines.keeper import Kind
from core.engines.remote.client import addresses
from core.errors import EncoreError, InvalidInput, StorageFailed
from core.loudness import prepare
from core.settings import settings
from core.studio import Studio, open_studio
from core.text.analysis import analyse
from core.text.lexicon import Lexicon
from core.text.markup.model import Notation
from webui.gate.consent import Consents
from webui.gate.credentials import Credentials
from webui.gate.house import House
from webui.gate.limits import RateLimit
from webui.gate.login import Login, signing_secret
from webui.gate.middleware import Guard, around
from webui.watch.log import set_up

log = logging.getLogger(__name__)

FAILURES = "10/minute"
"""How many wrong logins may come from one address."""
GRACE_S = 1
"""How long open streams may go on after the signal, in seconds."""


def serve(
    host: str,
    port: int,
    share: bool,
    auth: list[str],
    *,
    engine: str = "",
    remote: Sequence[str] = (),
    api_only: bool = False,
    preload: bool = False,
    open_to_all: bool = False,
) -> None:
    """Serve on ``host``:``port`` until SIGINT or SIGTERM; ``auth`` are ``USER:PASS``, ``share`` opens a public link.

    ``engine`` is the default engine, the one that is loaded at the start, behind the first visitor's back or, with
    ``preload``, before anybody is served; ``remote`` are servers that speak in place of
    those in the settings, and the default if no other is named. ``api_only`` leaves out the page, and with it Gradio.
    ``open_to_all`` says that others may come without a login, which is refused else.
    Raises :class:`EncoreError` when the address cannot be had, or an option is malformed.
    """
    config = settings().model_copy(update={"remote_urls": ",".join(remote)}) if remote else settings()
    if remote:
        addresses(config.remote_urls)
    set_up(config.log)
    credentials = Credentials.of(config, auth)
    if not (credentials.required or open_to_all or (_loopback(host) and not share)):
        raise InvalidInput("serve.open")
    private = only_here(host, share, credentials.required)
    listener = _bind(host, port)
    # uvicorn hands the signal back once it has shut down: it must end the loop here, not the process on the spot.
    signal.signal(signal.SIGTERM, _interrupt)
    studio: Studio | None = None
    try:
        studio = open_studio(config, engine=engine or ("remote" if remote else ""))
        app = app_on(studio, private=private, api_only=api_only)
        app = around(app, _guard(studio, credentials, private=private, pages=not api_only))
        _spare_what_stays()
        warm_up = partial(_warm_up, studio, listening=not api_only)
        if preload:
            warm_up()
        served = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
            ws="none",
            lifespan="on",
            server_header=False,
            proxy_headers=bool(config.trusted_proxies),
            forwarded_allow_ips=_listed(config.trusted_proxies),
        )
        _Server(served, share=share, warm_up=None if preload else warm_up).run(sockets=[listener])
    except KeyboardInterrupt:
        pass
    finally:
        listener.close()
        if studio is not None:
            studio.close()
        _end_if_engines_work()


def app_on(studio: Studio, *, private: bool, api_only: bool) -> ASGIApp:
    """What is served on ``studio``, see :func:`serve`. Raises :class:`InvalidInput` for a page without Gradio."""
    if api_only:
        from webui.api.app import build_api

        return build_api(studio)
    if importlib.util.find_spec("gradio") is None:
        raise InvalidInput("serve.no_page")
    from webui.app import build_app

    return build_app(studio, private=private)


def only_here(host: str, share: bool, login: bool) -> bool:
    """Whether nobody but people at this machine can open the page: no public link, no logins for others."""
    return _loopback(host) and not share and not login


def _loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _guard(studio: Studio, credentials: Credentials, *, private: bool, pages: bool) -> Guard:
    """What is let in, by the settings of ``studio``."""
    config, link = studio.settings, studio.cache.link
    hosts = _listed(config.hosts)
    return Guard(
        credentials,
        RateLimit(FAILURES, "login", link),
        House(
            RateLimit("" if private else config.rate_limit, "work", link),
            max_work=config.max_work,
            consents=Consents(config.data_dir / "consents", private=private),
        ),
        Login(signing_secret(config.data_dir)) if pages else None,
        hosts if private or hosts else None,
        _listed(config.cors_origins),
    )


def _listed(words: str) -> list[str]:
    """What stands between commas."""
    return [word.strip() for word in words.split(",") if word.strip()]


class _Server(uvicorn.Server):
    """Says where it is once it really serves, and warms up behind the first visitor's back."""

    def __init__(self, config: uvicorn.Config, *, share: bool, warm_up: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._share = share
        self._warm_up = warm_up

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets=sockets)
        if not self.started or not sockets:
            return
        host, port = sockets[0].getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"Encore is ready on http://{shown}:{port}", flush=True)
        if self._warm_up is not None:
            threading.Thread(target=self._warm_up, name="encore-work-load", daemon=True).start()
        if self._share:
            local = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 — compared, not bound
            threading.Thread(target=_open_tunnel, args=(local, port), name="encore-share", daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, cutting off whoever still listens, which uvicorn would log as failures."""
        logging.getLogger("uvicorn.error").disabled = True
        await super().shutdown(sockets=sockets)


def _spare_what_stays() -> None:
    """Leave what stands as long as the server out of every later search for garbage: each would halt everybody for
    some 0.2 s. Models are loaded after this, since their memory is to be given back.
    """
    gc.collect()
    gc.freeze()


def _warm_up(studio: Studio, *, listening: bool) -> None:
    """Get ready to speak, and to listen too, so that the first click is quick; what fails is told in the log."""
    prepare()
    analyse("准备 ready", Notation.ANY, Lexicon())  # loads the dictionaries
    engines: list[tuple[str, Kind]] = [(studio.synthesis.names[0], "synthesis")]
    if listening:
        engines.append((studio.recognition.names[0], "recognition"))
    for name, kind in engines:
        try:
            studio.keeper.load(name, kind)
        except EncoreError as error:
            log.warning("%s could not be loaded: %s", name, error)


def _end_if_engines_work() -> None:
    """End the process on the spot if an engine is still at work for somebody, or a model being loaded.

    All is saved by now, and native code that runs on while Python takes itself down crashes.
    """
    if any(thread.name.startswith("encore-work") for thread in threading.enumerate()):
        if tunneling := sys.modules.get("gradio.tunneling"):
            for tunnel in tunneling.CURRENT_TUNNELS:
                tunnel.kill()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises :class:`StorageFailed` (``serve.address``)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, since asyncio looks for the protocol before it switches off Nagle's delay, which costs an answer 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise StorageFailed("serve.address", address=f"{host}:{port}", reason=reason) from error
    return listener


def _open_tunnel(host: str, port: int) -> None:
    """A public link through Gradio's tunnel; without one the page is served here all the same."""
    from gradio.networking import setup_tunnel

    try:
        address = setup_tunnel(host, port, secrets.token_urlsafe(32), None, None)
    except Exception as error:  # the tunnel's own errors are of many kinds, and none may end the server
        log.debug("no tunnel", exc_info=error)
        print("No public link could be opened: the tunnel's server is out of reach. Serving locally.", flush=True)
        return
    print(f"Public link: {address}", flush=True)
