"""A few lines to try things on, each role with a voice of its own."""

from dataclasses import replace
from importlib import resources

from core.desk.importing import read_script
from core.desk.script import Project, Script
from core.request import STOCK
from core.studio import Studio


def sample(studio: Studio, engine: str, language: str) -> Project:
    """The sample in ``language``, in which the page can be read, for an engine of ``studio``."""
    name = f"sample-{language}.csv"
    lines = read_script(name, (resources.files("assets") / name).read_bytes()).lines
    voices = [f"{STOCK}{voice.name}" for voice in studio.stock_voices(engine) if voice.language == language]
    script = Script(lines, engine=engine)
    cast = {role: voices[place % len(voices)] for place, role in enumerate(script.speakers) if voices}
    return Project(script=replace(script, cast=cast))
