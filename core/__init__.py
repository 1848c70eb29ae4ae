"""Encore: voice cloning and transcription that never computes the same thing twice."""

__version__ = "0.1.0"
