# Yumiao in production: `docker build -t yumiao .`, then compose.yaml or
#   docker run -p 8000:8000 -v yumiao:/data -e YUMIAO_SECRET_KEY=… -e YUMIAO_BASE_URL=https://… yumiao

FROM python:3.11-slim AS build
# What is compiled here need not be compiled at each start of a container.
ENV UV_COMPILE_BYTECODE=1
WORKDIR /srv/yumiao
COPY requirements/tools.txt requirements/app.txt requirements/build.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/tools.txt \
    && uv venv .venv \
    && uv pip install --no-cache --python .venv/bin/python --require-hashes -r requirements/app.txt \
    && uv pip install --no-cache --python .venv/bin/python --require-hashes -r requirements/build.txt --target /build
COPY pyproject.toml README.md alembic.ini ./
COPY app app
COPY migrations migrations
COPY seeds seeds
RUN PYTHONPATH=/build uv pip install --no-cache --offline --python .venv/bin/python --no-deps --no-build-isolation --editable .
RUN .venv/bin/python -m compileall -q app migrations \
    && .venv/bin/python -c "from app.kit.templates import load_all, make_environment; load_all(make_environment())"

FROM python:3.11-slim
# A Chinese font: what is printed (dossiers) is set in it.
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home yumiao && install -d -o yumiao -g yumiao /data
WORKDIR /srv/yumiao
COPY --from=build /srv/yumiao /srv/yumiao
ENV PATH=/srv/yumiao/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    YUMIAO_ENV=production \
    YUMIAO_DATA_DIR=/data \
    YUMIAO_HOST=0.0.0.0 \
    YUMIAO_PORT=8000
USER yumiao
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['YUMIAO_PORT'] + '/healthz', timeout=4)"]
CMD ["yumiao", "up", "--empty"]
