"""OpenAI's own client against a real port: what existing programs do, as they do it."""

import io
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import openai
import pytest
from openai import OpenAI

from core.audio import decode
from tests.core.humming import HummingEngine
from tests.webui.api.conftest import REF_AUDIO, REFERENCE, Turnstile

ROOT = Path(__file__).parents[3]
LINE = {"model": "tts-1", "voice": "alto", "input": "Hello there. How are you?"}


@pytest.fixture
def openai_client(url: str) -> Iterator[OpenAI]:
    with OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0, timeout=30) as client:
        yield client


def test_it_speaks(openai_client: OpenAI) -> None:
    answer = openai_client.audio.speech.create(**LINE, instructions="softly", speed=1.1)
    assert answer.response.headers["content-type"] == "audio/mpeg"
    assert decode(answer.content).duration_s == pytest.approx(1.3, abs=0.1)
    cloned = openai_client.audio.speech.create(
        model="humming", voice="", input="Hello.", response_format="flac", extra_body={"ref_audio": REF_AUDIO}
    )
    assert decode(cloned.content).duration_s == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("encoding", ["mp3", "wav"])
def test_it_hears_the_first_sentence_before_the_second_is_made(
    encoding: str, openai_client: OpenAI, engine: HummingEngine
) -> None:
    engine.gate = Turnstile(1)
    streaming = openai_client.audio.speech.with_streaming_response
    with streaming.create(**LINE, response_format=encoding) as answer:
        parts = answer.iter_bytes(512)
        heard = next(parts)
        assert len(engine.spoken) == 1
        engine.gate.open.set()
        heard += b"".join(parts)
    assert decode(heard).duration_s == pytest.approx(1.3, abs=0.15)  # mp3 begins and ends with silence


def test_it_writes_down(openai_client: OpenAI) -> None:
    def transcribed(**more: object) -> object:
        return openai_client.audio.transcriptions.create(
            model="whisper-1", file=("clip.ogg", io.BytesIO(REFERENCE)), **more
        )

    words = "213480 samples"
    assert transcribed().text == words
    assert transcribed(response_format="text").strip() == words
    assert words in transcribed(response_format="srt")
    assert transcribed(response_format="vtt").startswith("WEBVTT")
    verbose = transcribed(response_format="verbose_json", timestamp_granularities=["segment"], language="en")
    assert (verbose.text, verbose.language, verbose.duration) == (words, "en", pytest.approx(8.895))
    assert [(part.id, part.start, part.text) for part in verbose.segments] == [(0, 0.0, words)]
    with pytest.raises(openai.BadRequestError, match="Leave “prompt” out"):
        transcribed(prompt="Encore")


def test_it_finds_out_what_there_is(openai_client: OpenAI) -> None:
    assert [model.id for model in openai_client.models.list()] == ["humming", "listening"]


def test_it_is_told_what_is_wrong(openai_client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as told:
        openai_client.audio.speech.create(**LINE | {"voice": "alloy"})
    assert (told.value.code, "no voice called “alloy”" in str(told.value)) == ("request.voice", True)


@pytest.mark.slow
def test_what_real_engines_say_they_write_down(models: Path, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "webui", "serve", "--api-only", "--port", str(port)]
    environment = os.environ | {"ENCORE_DATA_DIR": str(tmp_path), "ENCORE_MODELS_DIR": str(models)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert "ready" in server.stdout.readline()
            with OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0, timeout=120) as client:
                line = {"model": "gpt-4o-mini-tts", "voice": "af_heart", "input": "The sun is warm. The sea is calm."}
                with client.audio.speech.with_streaming_response.create(**line) as answer:
                    said = b"".join(answer.iter_bytes())
                again = client.audio.speech.with_raw_response.create(**line, response_format="flac")
                assert again.headers["x-encore-outcome"] == "hit"
                told = client.audio.transcriptions.create(model="whisper-1", file=("line.mp3", said), language="en")
                assert told.text.lower().replace(",", ".").strip(" .") == "the sun is warm. the sea is calm"
        finally:
            server.terminate()
            server.wait(20)
