"""The only reader of the environment. Everything that a deployment may want to change is a field here."""

import contextlib
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import InvalidInput

MEGABYTE = 2**20
DAY = 86_400


class Settings(BaseSettings):
    """Read from ``ENCORE_<FIELD>`` variables; ``REDIS_URL`` is read under its usual name."""

    model_config = SettingsConfigDict(
        env_prefix="ENCORE_", frozen=True, populate_by_name=True, hide_input_in_errors=True
    )

    data_dir: Path = Field(default_factory=lambda: user_data_path("encore", appauthor=False))
    """Saved voices, the private server's snapshot and socket."""
    models_dir: Path = Field(default_factory=lambda: user_cache_path("encore", appauthor=False) / "models")
    """Fetched model files."""
    threads: int = 0
    """Threads for one inference; 0 takes the number of cores."""
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    """Where the engines that can use a GPU work: ``auto``, ``cpu``, ``cuda:0`` …"""
    sensevoice_model: str = ""
    """SenseVoice-small for ``funasr-onnx``: a folder, or its id at Hugging Face or ModelScope, which ``encore models
    fetch sensevoice`` fetches; empty looks for a folder ``sensevoice`` among the models."""
    sensevoice_quantized: bool | None = None
    """Whether ``model_quant.onnx`` is used rather than ``model.onnx``; None takes the one that is there."""
    cosyvoice_model: str = ""
    """CosyVoice3 or 2: a folder, or its id at Hugging Face or ModelScope, which ``encore models fetch cosyvoice``
    fetches; empty looks for a folder ``cosyvoice`` among the models."""
    cosyvoice_code: str = ""
    """A checkout of CosyVoice with its submodules, for where the package ``cosyvoice`` is not installed."""
    cosyvoice_fp16: bool = False
    """Half precision; needs a GPU."""
    cosyvoice_trt: bool = False
    """TensorRT for CosyVoice's acoustic model; needs a GPU."""
    cosyvoice_vllm: bool = False
    """vLLM for CosyVoice's language model; needs a GPU, and seeds have no effect with it."""
    indextts_model: str = ""
    """IndexTTS-2 or 2.5, with the models that it uses in its ``hf_cache``: a folder, or its id at Hugging Face or
    ModelScope, which ``encore models fetch indextts`` fetches; empty looks for a folder ``indextts`` among the
    models."""
    indextts_code: str = ""
    """A checkout of index-tts, for where its package is not installed."""
    indextts_version: str = Field(default="", pattern=r"^(2|2\.5)?$")
    """``2`` or ``2.5``; empty asks the model's ``config.yaml``."""
    indextts_fp16: bool = False
    """Half precision (bfloat16 with 2.5); needs a GPU."""
    remote_urls: str = Field(default="", repr=False)
    """Servers that speak OpenAI's ``/v1/audio/speech`` (another Encore, vLLM-Omni), all with the same model:
    ``http://host:port``, several with commas between them."""
    remote_model: str = ""
    """The model that is asked for there; empty takes the first that they tell."""
    remote_key: SecretStr = SecretStr("")
    """Sent to them as ``Authorization: Bearer …``."""
    remote_timeout_s: float = Field(default=120.0, gt=0)
    """The longest that they may be silent, in seconds."""
    remote_languages: str = "en,zh"
    """Languages of servers that do not tell (only an Encore does), as ISO 639-1 codes."""
    remote_instruction: bool = False
    """Whether such servers follow ``instructions``: many take them and ignore them."""
    remote_seed: bool = False
    """Whether such servers give the same samples for the same ``seed``."""
    idle_unload_s: float = Field(default=0.0, ge=0)
    """Engines that nobody has used for so many seconds give back their memory, and load again when they are asked; 0
    keeps them loaded."""
    users: Path | None = None
    """Who may log in: a file of ``NAME:HASH`` lines; none takes ``users.txt`` in the data folder, which ``encore
    users`` writes."""
    api_keys: Path | None = None
    """Keys of the HTTP API, in the same form; none takes ``keys.txt`` in the data folder, which ``encore keys``
    writes."""
    rate_limit: str = "60/minute"
    """How many pieces of work a user, a key, or an address without either may ask for where others than the people at
    this machine are served: ``60/minute``, several with ``;`` between them; empty for no limit."""
    max_work: int = Field(default=64, ge=1)
    """Pieces of work that engines do or have waiting at once; whatever would be one more is refused."""
    trusted_proxies: str = ""
    """Addresses or networks of proxies whose ``X-Forwarded-For`` and ``-Proto`` are believed, with commas between."""
    cors_origins: str = ""
    """Origins of other sites whose pages may use the HTTP API, such as ``https://studio.example``, with commas
    between."""
    hosts: str = ""
    """Names that Encore is served under where no login is asked for, beside ``localhost``, with commas between."""
    log: Literal["auto", "json", "plain"] = "auto"
    """How the server logs: a JSON object in each line, or for people; ``auto`` is for people on a terminal."""
    debug: bool = False
    """Show where an unexpected failure of a command happened."""

    redis_url: str | None = Field(default=None, validation_alias="REDIS_URL", repr=False)
    """The shared cache; none starts a private server."""
    redis_memory_mb: int = 1024
    """Memory limit of the private server, in MiB."""
    redis_timeout_s: float = 0.25
    """The longest that one request ever waits for a silent Redis, in seconds."""
    local_cache_mb: int = 256
    """Size of the in-process tier, in MiB; 0 switches it off."""
    speaker_ttl_s: int = 30 * DAY
    segment_ttl_s: int = 7 * DAY
    transcript_ttl_s: int = 30 * DAY
    alias_ttl_s: int = 30 * DAY

    max_entries: int = 200_000
    """About how many entries Redis may hold; of more, what was used longest ago goes. 0 leaves it to the memory."""
    notice_hit_rate: float = 0.2
    """A lower share of hits over the last minutes raises a notice; 0 never."""
    notice_entries: int = 100_000
    """More entries in Redis raise a notice; 0 never."""

    max_characters: int = 100_000
    """Longest text that is taken at once."""
    reference_min_s: float = 1.0
    reference_max_s: float = 30.0


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once. Raises :class:`InvalidInput` (``settings.invalid``)."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        variable = name if name.isupper() else f"ENCORE_{name}".upper()
        raise InvalidInput("settings.invalid", name=variable, reason=first["msg"]) from error


@contextlib.contextmanager
def environment_kept() -> Iterator[None]:
    """Undo what other people's code changes of this process's environment when it is imported."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def child_environment(**changes: str) -> dict[str, str]:
    """The environment for a program that we start: our own, passed on with ``changes``."""
    return {**os.environ, **changes}
