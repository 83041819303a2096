"""`python -m generator` is `audit-generator`."""

from generator.cli import main

main()
