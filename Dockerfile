# An image of the emulator: docker build -t invapi-emulator .
#
# docs/how-to/container.md says how to run it, docs/evidence/reliability.md which parts were built and run, when, and with
# which tools.
FROM python:3.13-slim AS base

FROM base AS build
COPY pyproject.toml README.md LICENSE /source/
COPY server /source/server/
COPY migrations /source/migrations/
# The server does not need pip, so the pip that installs it stays in this stage.
RUN python3 -m venv /pip \
    && python3 -m venv --without-pip /opt/invapi-emulator \
    && /pip/bin/pip --python /opt/invapi-emulator/bin/python install --no-cache-dir '/source[postgres,tls]'

FROM base
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data emulator \
    && install --directory --owner 10001 --group 10001 /data
COPY --from=build /opt/invapi-emulator /opt/invapi-emulator
ENV PATH=/opt/invapi-emulator/bin:$PATH
# Start the server once. A server that does not start fails the build, and the start leaves the bytecode of all its
# imports. The base image has none for the standard library, and none can be written to a read-only root.
# hadolint warns of kill in a build (DL3001); here it stops the server.
# The port is a free one: a build may share the network of a machine that runs a server already.
# hadolint ignore=DL3001
RUN set -e; \
    free="import socket; print(socket.create_server(('127.0.0.1', 0)).getsockname()[1])"; \
    INVAPI_EMULATOR_PORT="$(python3 -c "$free")"; \
    export INVAPI_EMULATOR_PORT; \
    invapi-emulator serve & \
    invapi-emulator healthcheck --wait 120; \
    kill -TERM $!; \
    wait $!
ENV PYTHONDONTWRITEBYTECODE=1
# Clients reach a container from outside, under any name.
ENV INVAPI_EMULATOR_HOST=0.0.0.0
ENV INVAPI_EMULATOR_ALLOWED_HOSTS=*

ARG VERSION=0.2.0
LABEL org.opencontainers.image.title="invapi-emulator" \
    org.opencontainers.image.description="A reference emulator of HOSTKEY's InvAPI" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.licenses="MIT"

USER 10001:10001
# The folder for the file of `serve --db worlds.db`, even if the root is read-only.
VOLUME /data
WORKDIR /data
EXPOSE 8650
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=10s --start-period=10s --retries=3 CMD ["invapi-emulator", "healthcheck"]
ENTRYPOINT ["invapi-emulator"]
CMD ["serve"]
