# An image of the emulator: docker build -t invapi-emulator .
#
# docs/container.md says how to run it, and what of this was built and run, when, and with what.
FROM python:3.13-slim AS base

FROM base AS build
COPY pyproject.toml README.md LICENSE /source/
COPY server /source/server/
COPY migrations /source/migrations/
# What is served needs no pip, so the one that installs it stays behind.
RUN python3 -m venv /pip \
    && python3 -m venv --without-pip /opt/invapi-emulator \
    && /pip/bin/pip --python /opt/invapi-emulator/bin/python install --no-cache-dir '/source[postgres,tls]'

FROM base
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data emulator \
    && install --directory --owner 10001 --group 10001 /data
COPY --from=build /opt/invapi-emulator /opt/invapi-emulator
ENV PATH=/opt/invapi-emulator/bin:$PATH
# Serves once: what cannot be served is no image, and the bytecode of all that a start imports is there afterwards, the
# standard library's too, which the base image leaves out and nobody can write into a read-only root. Killing is a strange thing to do
# in a build, says hadolint; here it is how a server ends.
# A port is taken that is free: a build may share the network of a machine where somebody serves already.
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
# A container is reached from outside it, under whatever name it has there.
ENV INVAPI_EMULATOR_HOST=0.0.0.0
ENV INVAPI_EMULATOR_ALLOWED_HOSTS=*

ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="invapi-emulator" \
    org.opencontainers.image.description="A reference emulator of HOSTKEY's InvAPI" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.licenses="MIT"

USER 10001:10001
# Where `serve --db worlds.db` keeps its file, whoever may write the rest.
VOLUME /data
WORKDIR /data
EXPOSE 8650
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=10s --start-period=10s --retries=3 CMD ["invapi-emulator", "healthcheck"]
ENTRYPOINT ["invapi-emulator"]
CMD ["serve"]
