"""`audit-bridge sandbox`: a stand-in for Loggly, in memory, on one port.

It does what Loggly documents and what working clients are seen to rely on, and nothing more: whatever is undocumented is
refused with a sentence that says so, so that nothing of ours comes to depend on it.

Pure, with the clock passed in: `times`, `terms`, `query`, `events`, `limits`, `script`, `paging`, `statistics`, `store`.
What one request does: `uploads`, `reading`, `control`, `page`. Only `server` has sockets; only `command` prints.
The rest of the bridge does not know this package: it meets the sandbox over HTTP, as it meets Loggly.
"""
