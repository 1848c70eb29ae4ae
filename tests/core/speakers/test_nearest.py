from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.audio import AudioClip, Floats, encode
from core.cache.link import Unavailable
from core.progress import Progress
from core.request import AudioSource, ReferenceSpeaker, StockSpeaker
from core.speakers.atlas import atlas
from core.speakers.nearest import VoiceSpace
from core.speakers.vectors import VectorSet
from core.studio import Studio
from tests.core.humming import hum, humming_studio
from tests.core.speakers.test_reference import speechlike


def unit(*values: float) -> Floats:
    point = np.array(values, np.float32)
    return point / np.linalg.norm(point)


class Encoder:
    """Places a clip by its length."""

    def __init__(self) -> None:
        self.heard: list[float] = []

    def embed(self, clip: AudioClip) -> Floats:
        self.heard.append(clip.duration_s)
        return unit(np.cos(clip.duration_s / 10), np.sin(clip.duration_s / 10), *[0.0] * 254)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Encoder:
    encoder = Encoder()
    monkeypatch.setattr("core.speakers.voiceprint.speaker_encoder", lambda: encoder)
    return encoder


@pytest.fixture
def studio(tmp_path: Path, redis_url: str) -> Iterator[Studio]:
    studio = humming_studio(tmp_path, redis_url)
    yield studio
    studio.close()


def recorded(seconds: float) -> ReferenceSpeaker:
    return ReferenceSpeaker(AudioSource(encode(speechlike(seconds))))


def test_the_nearest_voices_come_first_and_are_listened_to_once(studio: Studio, encoder: Encoder) -> None:
    for name, seconds in (("Far", 12.0), ("Near", 6.5), ("Hidden", 6.0)):
        studio.library.save(name, recorded(seconds), "eve" if name == "Hidden" else "")
    (studio.settings.data_dir / "voices" / studio.library.save("Lost", recorded(7.0)).voice_id / "reference").unlink()
    space = VoiceSpace(studio)
    found = [
        space.nearest(AudioSource.from_clip(hum("x", seconds=6.0)), "humming", "ann", Progress()) for _ in range(2)
    ]
    assert [each.voice.label for each in found[0]] == ["Near", "Alto", "Far"]
    assert found[0] == found[1]
    assert [each.similarity for each in found[0]] == sorted((each.similarity for each in found[0]), reverse=True)
    assert found[0][0].similarity == pytest.approx(np.cos(0.05), abs=1e-4)
    assert found[0][1].voice.speaker == StockSpeaker("alto")
    assert len(encoder.heard) == 4
    assert {voice.label for voice in space.places("humming", "ann", Progress())} == {"Near", "Alto", "Far"}
    assert len(encoder.heard) == 4


class RedisWithVectors:
    """Answers as Redis 8 does."""

    def __init__(self) -> None:
        self.points: dict[str, Floats] = {}
        self.down = False

    def run(self, step: Any) -> Any:
        if self.down:
            raise Unavailable("down")
        return step(self)

    def execute_command(self, command: str, key: str, _form: str, data: bytes, *more: Any) -> Any:
        point = np.frombuffer(data, "<f4")
        if command == "VADD":
            self.points[more[0]] = point
            return 1
        assert more[:2] == ("WITHSCORES", "COUNT")
        scores = {name.encode(): (1 + float(other @ point)) / 2 for name, other in self.points.items()}
        return dict(sorted(scores.items(), key=lambda each: -each[1])[: more[2]])


POINTS = {"a": unit(1, 0), "b": unit(1, 1), "c": unit(0, 1), "d": unit(-1, 0)}


def test_redis_is_asked_where_it_has_vectors_and_given_each_once() -> None:
    redis, asked = RedisWithVectors(), []

    def point(name: str) -> Floats:
        asked.append(name)
        return POINTS[name]

    redis.points["of another node"] = unit(1, 0.01)
    vectors = VectorSet("set", redis)
    for _ in range(2):
        found = vectors.nearest(unit(1, 0.1), list(POINTS), point, 2)
        assert [name for name, _ in found] == ["a", "b"]
        assert found[0][1] == pytest.approx(float(unit(1, 0.1) @ POINTS["a"]), abs=1e-6)
    assert asked == list(POINTS)
    redis.points.clear()
    assert [name for name, _ in vectors.nearest(unit(1, 0.1), list(POINTS), point, 2)] == ["a", "b"]
    redis.down = True
    assert [name for name, _ in vectors.nearest(unit(0, 1), list(POINTS), point, 9)] == ["c", "b", "a", "d"]


def test_a_server_without_vectors_is_no_hindrance(studio: Studio) -> None:
    vectors = VectorSet("encore:voices:v1:x", studio.cache.link)
    found = vectors.nearest(unit(1, 0), [*POINTS, "lost"], POINTS.get, 9)
    assert [name for name, _ in found] == ["a", "b", "c", "d"]
    assert studio.cache.redis_state.up


def test_what_sounds_alike_lies_close_together_on_the_map() -> None:
    rng = np.random.default_rng(1)
    near = {f"near {at}": unit(1, 0, 0, *(rng.standard_normal(9) * 0.02)) for at in range(5)}
    far = {f"far {at}": unit(0, 1, 0, *(rng.standard_normal(9) * 0.02)) for at in range(5)}
    lies = atlas(near | far)
    assert all(0 <= value <= 1 for place in lies.values() for value in place)
    within = [np.hypot(*np.subtract(lies[one], lies[other])) for one in near for other in near]
    across = [np.hypot(*np.subtract(lies[one], lies[other])) for one in near for other in far]
    assert max(within) < min(across) / 3
    assert lies == atlas(near | far)


def test_maps_of_few_voices() -> None:
    assert atlas({}) == {}
    assert atlas({"a": unit(1, 0)}) == {"a": (0.5, 0.5)}
    assert atlas({"a": unit(1, 0), "b": unit(1, 0)}) == {"a": (0.5, 0.5), "b": (0.5, 0.5)}
    assert {x for x, _ in atlas({"a": unit(1, 0), "b": unit(0, 1)}).values()} == {0.0, 1.0}
