"""FFmpeg's measurement of loudness, which is none of ours."""

import io
import math

import av
import av.error
import av.filter


def judged(data: bytes) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP of a file of sound."""
    told: dict[str, str] = {}
    with av.open(io.BytesIO(data), "r") as file:
        track = file.streams.audio[0]
        graph = av.filter.Graph()
        nodes = (
            graph.add_abuffer(template=track),
            graph.add("ebur128", "peak=true:metadata=1"),
            graph.add("abuffersink"),
        )
        nodes[0].link_to(nodes[1])
        nodes[1].link_to(nodes[2])
        graph.configure()
        for frame in (*file.decode(track), None):
            graph.push(frame)
            try:
                while True:
                    told = dict(graph.pull().metadata) or told
            except (BlockingIOError, av.error.EOFError):
                pass
    return float(told["lavfi.r128.I"]), 20 * math.log10(float(told["lavfi.r128.true_peak"]))
