"""Encore: voice cloning and transcription that never computes the same thing twice."""

import os

__version__ = "0.1.0"

# onnxruntime reports its use to its maker unless this is set before it is imported, and everything in here that may
# import it comes after this line.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
