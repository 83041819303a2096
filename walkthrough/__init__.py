"""The blog post that the project began with, performed on a real API server: `make walkthrough`.

Every command is the one that a person would type, run by a shell in one folder that stands for the control-plane machine. What
comes of it is looked for in a Loggly stand-in, with the searches that `audit-generator alerts` prints.
"""
