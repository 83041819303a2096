# The bridge, and with it the sandbox and the other commands of audit-bridge:
#
#   docker build --tag kube-audit-bridge:0.1.0 .
#
# It runs as a user without power and writes nothing, so it needs neither capabilities nor a writable root.
FROM python:3.12-slim AS build
COPY . /source
RUN pip install --no-cache-dir --no-compile --prefix /install /source

FROM python:3.12-slim
COPY --from=build /install /usr/local
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 65532:65532
# Forward, with its UDP heartbeats; health and metrics.
EXPOSE 24224/tcp 24224/udp 9880/tcp
ENTRYPOINT ["audit-bridge"]
