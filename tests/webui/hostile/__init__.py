"""Hostile inputs for the server as it is served: what each gets, and that nothing else comes of it.

``python -m tests.webui.hostile`` sends them all and writes ``docs/HOSTILE.md``.
"""
