# An image of the emulator: docker build -t invapi-emulator . && docker run --rm -p 127.0.0.1:8650:8650 invapi-emulator
#
# On 2026-11-23 no Docker engine was at hand: this file was neither built nor run. What could be tried without one is
# tested: that these files are enough to install, and that the variables and commands named here exist.
FROM python:3.11-slim

COPY pyproject.toml README.md LICENSE /source/
COPY server /source/server/
COPY migrations /source/migrations/
RUN pip install --no-cache-dir /source \
    && rm -r /source \
    && useradd --system emulator \
    && install --directory --owner emulator /data

# A container is reached from outside it, under whatever name it has there.
ENV INVAPI_EMULATOR_HOST=0.0.0.0
ENV INVAPI_EMULATOR_ALLOWED_HOSTS=*

USER emulator
# Where `serve --db worlds.db` keeps its file; mount a volume here to keep it longer than the container.
WORKDIR /data
EXPOSE 8650
# The address is said, because INVAPI_EMULATOR_URL may be set here to the name that others know it by.
HEALTHCHECK --interval=5s --timeout=10s --retries=6 \
    CMD ["invapi-emulator", "healthcheck", "--url", "http://127.0.0.1:8650"]
ENTRYPOINT ["invapi-emulator"]
CMD ["serve"]
