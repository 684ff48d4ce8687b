# Signoff's commands, dashboard, API and demo page. docs/containers.md says how to build and run it.
# The base is named by its version; pin it by digest where you build (docs/containers.md).
ARG PYTHON=3.11.14-slim-bookworm

FROM python:${PYTHON} AS build
SHELL ["/bin/sh", "-eu", "-c"]
WORKDIR /source
COPY pyproject.toml requirements.lock README.md LICENSE ./
# Packages are those of requirements.lock, by hash, and of them only what an installed Signoff needs.
RUN sed -n -E '/^(setuptools|uv)==/,/[^\\]$/p' requirements.lock > tools.txt \
    && python -m venv /tools \
    && /tools/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement tools.txt \
    && python -m venv --without-pip /opt/signoff \
    && /tools/bin/uv pip install --no-cache --compile-bytecode --python /opt/signoff/bin/python \
        --require-hashes --constraints requirements.lock --requirements pyproject.toml \
        --extra mlflow --extra onnx
COPY core core
COPY dashboard dashboard
RUN /tools/bin/uv build --wheel --no-build-isolation --python /tools/bin/python --out-dir /wheel . \
    && /tools/bin/uv pip install --no-cache --compile-bytecode --python /opt/signoff/bin/python \
        --no-deps /wheel/*.whl

FROM python:${PYTHON}
COPY --from=build /opt/signoff /opt/signoff
# Numbers, so that Kubernetes can see that it is not root.
RUN install -d -o 10001 -g 10001 /var/lib/signoff
USER 10001:10001
WORKDIR /var/lib/signoff
ENV PATH=/opt/signoff/bin:$PATH \
    HOME=/var/lib/signoff \
    SIGNOFF_HOME=/var/lib/signoff/workspace \
    SIGNOFF_HEALTH=http://127.0.0.1:8501/_stcore/health
EXPOSE 8501 8502 8600
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(os.environ['SIGNOFF_HEALTH'], timeout=4)"]
# Reachable from other machines and without sign-in, the dashboard is read-only: docs/security.md.
CMD ["signoff", "dashboard", "--address", "0.0.0.0", "--host", "localhost"]
