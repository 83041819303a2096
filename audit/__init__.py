"""What an audit event means: a pure kernel that the generator and the bridge both build on.

Here live the typed view of an event, the facts that are derived from it, its shape in Loggly, and the closed
configuration documents that both sides read. Nothing here does I/O, reads a clock, logs, or keeps state that changes.
A disagreement with the API server about what an event means is a bug here.
"""
