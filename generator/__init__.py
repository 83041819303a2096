"""One values file per environment in, everything that a cluster needs to ship its audit log out.

Values are a closed model; templates only print it. Rendering is a pure function of the values: the same input gives the
same bytes. Nothing here talks to a network.
"""
