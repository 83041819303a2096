"""`python -m bridge` is `audit-bridge`."""

from bridge.cli import main

main()
