"""The report of a request as headers, for answers whose body is sound or plain text."""

import json

from core.report import SynthesisReport, TranscriptReport

LONGEST_REPORT = 4096
"""Longest report that is put into a header, in bytes: servers and proxies bound what headers may take."""


def of_take(report: SynthesisReport) -> dict[str, str]:
    """The report of what was spoken."""
    return _told(report) | {"X-Encore-Seed": str(report.seed)}


def of_transcript(report: TranscriptReport) -> dict[str, str]:
    """The report of what was written down."""
    return _told(report) | {"X-Encore-Language": report.transcript.language}


def _told(report: SynthesisReport | TranscriptReport) -> dict[str, str]:
    whole = json.dumps(report.as_json(), separators=(",", ":"))
    headers = {
        "X-Encore-Engine": report.engine,
        "X-Encore-Outcome": report.outcome.value,
        "X-Encore-Total-Ms": f"{report.total_ms:.1f}",
        "X-Encore-Saved-Ms": f"{report.saved_ms:.1f}",
    }
    return headers | {"X-Encore-Report": whole} if len(whole) <= LONGEST_REPORT else headers
