"""What goes out, what comes back, and what comes of every way in which that can fail, over real connections."""

import base64
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.audio import AudioClip, decode, encode
from core.engines.availability import State
from core.engines.base import Streaming, SynthesisEngine, Utterance
from core.engines.remote import client
from core.engines.remote.engine import RemoteEngine
from core.errors import EngineFailed, EngineUnavailable, InvalidInput
from core.payloads import PROFILE
from core.request import Instruction
from core.settings import Settings
from core.speakers.profile import SpeakerProfile
from core.text.markup.model import Notation
from tests.core.engines.remote.conftest import HELLO, MakeEngine
from tests.core.engines.remote.scripted import (
    TONE,
    Scripted,
    hang_up,
    in_pieces,
    raw,
    refusal,
    reset_within_the_sound,
    silence_for,
    sound,
)
from tests.core.humming import hum

NOBODY = "http://127.0.0.1:1"
ENCORE = {
    "fingerprint": "humming/1",
    "sample_rate": 16_000,
    "capabilities": {
        "languages": ["en", "zh", "ja"],
        "cloning": True,
        "instruction": True,
        "emotion_vector": True,
        "emotion_audio": True,
        "notation": "indextts2",
        "pinyin": True,
        "seed": True,
        "speed": [0.5, 2.0],
        "from_a_later_version": 1,
    },
    "voices": [{"name": "alto", "label": "Alto", "language": "en", "gender": "female"}],
}


def models(name: str = "humming", **changes: object) -> object:
    return {"object": "list", "data": [{"id": name, "owned_by": "encore", "encore": {**ENCORE, **changes}}]}


def heard(clip: AudioClip) -> AudioClip:
    """``TONE`` as it arrives."""
    return decode(encode(TONE)).resampled(clip.sample_rate)


# --- What goes out


def test_a_server_that_tells_nothing_is_sent_openai_s_fields_and_the_clip(
    server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    clip = engine_of(server).synthesize(replace(HELLO, speed=1.5, seed=7), profile)
    assert clip.sample_rate == 24_000
    assert np.array_equal(clip.samples, heard(clip).samples)
    (body,) = server.bodies
    data = base64.b64decode(body.pop("ref_audio").removeprefix("data:audio/flac;base64,"))
    assert np.abs(decode(data).samples - hum("a voice", seconds=1.0).samples).max() < 1e-6
    assert body == {
        "model": "FunAudioLLM/Fun-CosyVoice3",
        "input": "Hello there.",
        "ref_text": "What it says.",
        "response_format": "wav",
        "speed": 1.5,
    }


def test_another_encore_is_sent_everything(server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile) -> None:
    server.models = models()
    mood = Instruction("softly", vector=(0.5, 0, 0, 0, 0, 0, 0, 0.25))
    clip = engine_of(server).synthesize(Utterance("她HAO4干净", "zh", 1.0, 7, mood), profile)
    assert np.array_equal(clip.samples, decode(encode(TONE)).samples)  # at its own rate
    (body,) = server.bodies
    del body["ref_audio"]
    assert body == {
        "model": "humming",
        "input": "她HAO4干净",
        "ref_text": "What it says.",
        "response_format": "wav",
        "seed": 7,
        "language": "zh",
        "notation": "indextts2",
        "instructions": "softly",
        "emotion": [0.5, 0, 0, 0, 0, 0, 0, 0.25],
    }


def test_a_voice_of_theirs_goes_by_its_name(server: Scripted, engine_of: MakeEngine) -> None:
    server.models = models()
    engine = engine_of(server)
    engine.synthesize(HELLO, engine.stock_profile("alto"))
    assert server.bodies[0]["voice"] == "alto"
    assert "ref_audio" not in server.bodies[0]
    with pytest.raises(InvalidInput):
        engine.stock_profile("tenor")


def test_a_profile_survives_the_cache_and_asks_no_server(
    server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    back = PROFILE.decode(PROFILE.encode(profile))
    assert all(np.array_equal(back.arrays[name], array) for name, array in profile.arrays.items())
    assert server.asked == server.bodies == []
    engine = engine_of(server)
    engine.synthesize(HELLO, profile)
    engine.synthesize(HELLO, back)
    assert server.bodies[0] == server.bodies[1]


def test_the_key_goes_to_the_server_and_nowhere_else(
    server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    engine = engine_of(server, remote_key="s3cret")
    server.script = [hang_up, refusal(401, "no such key s3cre")]
    with pytest.raises(EngineUnavailable) as refused:
        engine.synthesize(HELLO, profile)
    assert refused.value.code == "remote.key"
    assert all(headers["Authorization"] == "Bearer s3cret" for headers in server.headers)
    assert "s3cret" not in caplog.text + str(refused.value) + repr(engine.__dict__)


def test_a_login_in_the_address_is_used_and_not_shown(server: Scripted, engine_of: MakeEngine) -> None:
    engine = engine_of(server.url.replace("//", "//me:s3cret@") + "/v1/")
    assert engine.fingerprint == "remote/1/model/FunAudioLLM/Fun-CosyVoice3"
    assert server.headers[0]["Authorization"] == "Basic " + base64.b64encode(b"me:s3cret").decode()
    assert engine.availability.finding.sentence == f"Speech is asked for at {server.url}."


# --- What it can do


def test_it_is_an_engine(engine_of: MakeEngine) -> None:
    engine: SynthesisEngine = engine_of(NOBODY)
    assert (engine.name, engine.findings(HELLO)) == ("remote", ())


def test_what_an_encore_tells_is_offered(server: Scripted, engine_of: MakeEngine) -> None:
    server.models = models()
    engine = engine_of(server)
    able = engine.capabilities
    assert able.languages == ("en", "zh", "ja")
    assert (able.notation, able.pinyin, able.instruction, able.seed) == (Notation.INDEXTTS2, True, True, True)
    assert not able.emotion_audio  # no field carries it
    assert [voice.name for voice in engine.voices] == ["alto"]
    assert engine.fingerprint == "remote/1/humming/1"


def test_of_others_only_cloning_is_promised_beside_the_settings(server: Scripted, engine_of: MakeEngine) -> None:
    able = engine_of(server).capabilities
    assert (able.cloning, able.needs_prompt_text, able.languages) == (True, True, ("en", "zh"))
    assert not any([able.instruction, able.seed, able.emotion_vector, able.pinyin, able.tags])
    told = engine_of(server, remote_instruction=True, remote_seed=True, remote_languages="de, fr").capabilities
    assert (told.instruction, told.seed, told.languages) == (True, True, ("de", "fr"))
    assert told.streaming is Streaming.ALIKE


def test_the_model_that_is_wanted_is_asked_for(
    server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    server.models = {"data": [{"id": "one"}, {"id": "two"}]}
    engine_of(server, remote_model="two").synthesize(HELLO, profile)
    assert server.bodies[0]["model"] == "two"
    with pytest.raises(EngineUnavailable):
        _ = engine_of(server, remote_model="three").fingerprint


@pytest.mark.parametrize("urls", ["ftp://host", "host:8000", "http://", ",", "http://[::1", "file:///etc/passwd"])
def test_an_address_that_is_none(urls: str, engine_of: MakeEngine) -> None:
    engine = engine_of(urls)
    assert engine.availability.state is State.NOT_CONFIGURED
    assert engine.capabilities.cloning
    with pytest.raises(InvalidInput):
        engine.load()


def test_nothing_set(engine_of: MakeEngine, profile: SpeakerProfile) -> None:
    engine = engine_of()
    assert engine.availability.state is State.NOT_CONFIGURED
    assert engine.voices == ()
    for use in (engine.load, lambda: engine.fingerprint, lambda: engine.synthesize(HELLO, profile)):
        with pytest.raises(EngineUnavailable) as told:
            use()
        assert told.value.code == "remote.not_configured"


# --- Whom it asks


def test_nobody_there(engine_of: MakeEngine, profile: SpeakerProfile) -> None:
    engine = engine_of(NOBODY)
    assert engine.availability.ready
    assert engine.capabilities.cloning
    with pytest.raises(EngineUnavailable) as told:
        engine.synthesize(HELLO, profile)
    assert told.value.code == "remote.unreachable"


def test_what_was_told_last_is_known_while_nobody_answers(
    servers: Callable[..., Scripted], engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    server = servers()
    server.models = models()
    before = engine_of(server)
    fingerprint, able = before.fingerprint, before.capabilities
    server.stop()
    after = engine_of(server.url)  # as after a restart
    assert (after.fingerprint, after.capabilities) == (fingerprint, able)
    with pytest.raises(EngineUnavailable):
        after.load()
    other = engine_of(server.url, remote_model="another")
    with pytest.raises(EngineUnavailable):
        _ = other.fingerprint


def test_a_server_that_hangs_up_is_not_asked_again_and_another_is(
    servers: Callable[..., Scripted], engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    bad, good = servers(), servers()
    bad.usual = hang_up
    engine = engine_of(bad, good)
    for _ in range(8):
        engine.synthesize(HELLO, profile)
    assert len(bad.bodies) <= 1
    assert len(good.bodies) == 8


def test_a_server_that_was_away_is_asked_again(
    servers: Callable[..., Scripted],
    engine_of: MakeEngine,
    profile: SpeakerProfile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.engines.remote.pool.ASIDE_S", (0.05, 0.05))
    first, second = servers(), servers()
    port = first.server_address[1]
    first.stop()
    engine = engine_of(f"http://127.0.0.1:{port}", second)
    engine.synthesize(HELLO, profile)
    first = servers(port)
    deadline = time.monotonic() + 20
    while not first.bodies and time.monotonic() < deadline:
        engine.synthesize(HELLO, profile)
        time.sleep(0.02)
    assert first.bodies


def test_the_least_busy_server_is_asked(
    servers: Callable[..., Scripted], engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    one, two = servers(), servers()
    gate = threading.Event()

    def slow(handler: object) -> None:
        gate.wait(10)
        sound()(handler)

    one.usual = two.usual = slow
    engine = engine_of(one, two)
    threads = [threading.Thread(target=engine.synthesize, args=(HELLO, profile)) for _ in range(6)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 10
    while len(one.bodies) + len(two.bodies) < 6 and time.monotonic() < deadline:
        time.sleep(0.01)
    gate.set()
    for thread in threads:
        thread.join(10)
    assert len(one.bodies) == len(two.bodies) == 3


def test_a_server_with_another_model_is_left_out(
    servers: Callable[..., Scripted], engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    old, new = servers(), servers()
    old.models, new.models = models(), models(fingerprint="humming/2")
    engine = engine_of(old, new)
    for _ in range(5):
        engine.synthesize(HELLO, profile)
    assert (engine.fingerprint, len(old.bodies), len(new.bodies)) == ("remote/1/humming/1", 5, 0)


def test_sound_of_a_model_that_was_changed_meanwhile_is_not_taken_for_the_old_one_s(
    server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    server.models = models()
    server.usual = sound(X_Encore_Fingerprint="humming/2")
    engine = engine_of(server)
    assert engine.fingerprint == "remote/1/humming/1"
    server.models = models(fingerprint="humming/2")
    with pytest.raises(EngineUnavailable) as told:
        engine.synthesize(HELLO, profile)
    assert told.value.code == "remote.changed"
    assert engine.fingerprint == "remote/1/humming/2"
    engine.synthesize(HELLO, profile)


# --- What fails


def failure(engine: RemoteEngine, profile: SpeakerProfile) -> tuple[type[Exception], str]:
    with pytest.raises((EngineFailed, EngineUnavailable, InvalidInput)) as told:
        engine.synthesize(HELLO, profile)
    assert "Traceback" not in str(told.value)
    return type(told.value), told.value.code


def test_a_connection_that_ends_before_the_answer_is_tried_again(
    server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    server.script = [hang_up, hang_up]
    engine_of(server).synthesize(HELLO, profile)
    assert len(server.bodies) == 3


def test_trying_comes_to_an_end(server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile) -> None:
    server.usual = hang_up
    assert failure(engine_of(server), profile) == (EngineUnavailable, "remote.unreachable")
    assert len(server.bodies) == 3


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (reset_within_the_sound, "remote.broken_off"),
        (raw(b"<html>hello</html>", "text/html"), "remote.answer"),
        (raw(encode(TONE), ""), "remote.answer"),
        (raw(encode(TONE)[:5000]), "remote.answer"),
        (raw(encode(TONE)[:44]), "remote.answer"),
        (raw(b""), "remote.answer"),
        (raw(b"not a sound at all"), "remote.answer"),
        (raw(b"", status=302, Location="http://127.0.0.1:1/"), "remote.failed"),
        (refusal(500, "it broke"), "remote.failed"),
        (raw(b"Traceback (most recent call last)", "text/plain", 502), "remote.failed"),
    ],
)
def test_an_answer_that_is_none_is_told_and_not_asked_for_again(
    answer: object, code: str, server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    server.script = [answer]
    assert failure(engine_of(server), profile) == (EngineFailed, code)
    assert len(server.bodies) == 1


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_a_refusal_is_passed_on_in_the_server_s_words(
    status: int, server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    server.usual = refusal(status, "CosyVoice3 requires 'ref_text'")
    with pytest.raises(InvalidInput) as told:
        engine_of(server).synthesize(HELLO, profile)
    assert str(told.value) == f"{server.url} does not take this: CosyVoice3 requires 'ref_text'"
    assert len(server.bodies) == 1


def test_silence_is_told_and_nobody_else_is_bothered(
    servers: Callable[..., Scripted], engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    one, two = servers(), servers()
    one.usual = two.usual = silence_for(1.5)
    assert failure(engine_of(one, two, remote_timeout_s=0.3), profile) == (EngineFailed, "remote.timeout")
    assert len(one.bodies) + len(two.bodies) == 1


def test_a_busy_server_is_waited_for_once(server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile) -> None:
    busy = refusal(503, "The queue is full.", Retry_After="0.2")
    server.script = [busy]
    begun = time.monotonic()
    engine_of(server).synthesize(HELLO, profile)
    assert time.monotonic() - begun > 0.2
    assert len(server.bodies) == 2
    server.script = [busy, busy]
    assert failure(engine_of(server), profile) == (EngineUnavailable, "remote.failed")
    assert len(server.bodies) == 4


def test_without_a_word_on_when_it_is_not_waited_for(
    server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    server.script = [refusal(503, "down"), refusal(503, "down", Retry_After="86400")]
    engine = engine_of(server)
    assert [failure(engine, profile)[1] for _ in range(2)] == ["remote.failed"] * 2


def test_an_endless_answer_is_cut_off(
    server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MAX_BYTES", 5000)
    assert failure(engine_of(server), profile) == (EngineFailed, "remote.answer")


@pytest.mark.parametrize("encoding", ["flac", "mp3"])
def test_sound_in_another_format_than_asked_for_is_understood(
    encoding: str, server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    server.usual = sound(encoding=encoding)
    clip = engine_of(server).synthesize(HELLO, profile)
    assert clip.duration_s == pytest.approx(TONE.duration_s, abs=0.1)


# --- Streaming


def test_a_stream_is_heard_while_it_comes(server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile) -> None:
    data = encode(TONE)
    gate = threading.Event()
    server.models = models()
    server.usual = in_pieces([data[:3001], data[3001:]], [gate])
    chunks = engine_of(server).stream(HELLO, profile)
    first = next(chunks)
    gate.set()
    whole = np.concatenate([first.samples, *(chunk.samples for chunk in chunks)])
    assert 0 < len(first.samples) < len(whole)
    assert np.array_equal(whole, decode(data).samples)
    assert (server.bodies[0]["stream"], server.bodies[0]["stream_format"]) == (True, "audio")


def test_a_stream_at_another_rate_has_no_seams(
    server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile
) -> None:
    data = encode(TONE)
    at_once = threading.Event()
    at_once.set()
    server.usual = in_pieces([data[:999], data[999:5000], data[5000:]], [at_once, at_once])
    chunks = list(engine_of(server).stream(HELLO, profile))
    whole = np.concatenate([chunk.samples for chunk in chunks])
    expected = heard(chunks[0]).samples
    assert abs(len(whole) - len(expected)) <= 1
    n = min(len(whole), len(expected))
    assert np.abs(whole[:n] - expected[:n]).max() < 1e-3


def test_closing_a_stream_hangs_up(server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile) -> None:
    data = encode(TONE)
    noticed = threading.Event()

    def endless(handler: object) -> None:
        handler.begin(200, "audio/wav", Transfer_Encoding="chunked")
        head = data[:40] + b"\xff\xff\xff\xff"
        piece = head + bytes(4000)
        try:
            while True:
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                handler.wfile.flush()
                piece = bytes(4000)
                time.sleep(0.01)
        except OSError:
            noticed.set()

    server.usual = endless
    chunks = engine_of(server).stream(HELLO, profile)
    next(chunks)
    chunks.close()
    assert noticed.wait(10)


def test_a_stream_that_breaks_off_is_told(server: Scripted, engine_of: MakeEngine, profile: SpeakerProfile) -> None:
    server.usual = reset_within_the_sound
    with pytest.raises(EngineFailed) as told:
        list(engine_of(server).stream(HELLO, profile))
    assert told.value.code == "remote.broken_off"
    assert len(server.bodies) == 1


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ENCORE_REMOTE_URLS", "http://one:1,http://two:2")
    monkeypatch.setenv("ENCORE_REMOTE_KEY", "s3cret")
    settings = Settings(data_dir=tmp_path)
    assert RemoteEngine(settings).availability.finding.details == {"servers": "http://one:1, http://two:2"}
    assert "s3cret" not in repr(settings)
