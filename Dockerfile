# --- What needs pip and root, and stays behind ----------------------------------------------
FROM python:3.11-slim-bookworm AS build

WORKDIR /app

# `monitoring` for METRICS_TOKEN and SENTRY_DSN.
ARG REQUIREMENTS=server
COPY requirements/${REQUIREMENTS}.txt requirements/
# Wheels only: no package runs code of its own in here, and none needs a compiler.
RUN python -m venv --without-pip /opt/venv && \
    pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary=:all: -r requirements/${REQUIREMENTS}.txt

COPY . .
# These two values serve this command alone: it neither signs anything nor connects. Compiled
# now, since nobody can write here later; readable, however strict the umask of the checkout.
RUN SECRET_KEY=unused DATABASE_URL=postgres:///unused \
        /opt/venv/bin/python manage.py collectstatic --no-input --verbosity 0 && \
    /opt/venv/bin/python -m compileall -q config purposeapp && \
    chmod -R u=rwX,go=rX .


# --- What runs --------------------------------------------------------------------------------
FROM python:3.11-slim-bookworm

# A number of its own, so that a cluster can see that it is not root's.
RUN useradd --uid 10001 --user-group --no-log-init --no-create-home \
        --home-dir /nonexistent --shell /usr/sbin/nologin app

COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app

# The only folder that the site writes to: preview cards, drawn again when they are lost.
RUN install -d -o app -g app -m 700 /app/var/cards

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    APP_ENV=production \
    HOST=0.0.0.0

WORKDIR /app
USER 10001:10001
EXPOSE 8000

# The Host header is the public one, since ALLOWED_HOSTS need not have any other. Not through
# urllib.request, which would ask the proxy that HTTP_PROXY names.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys, urllib.parse; \
site = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT') or 8000), timeout=4); \
host = urllib.parse.urlsplit(os.environ['PUBLIC_URL']).netloc; \
site.request('GET', '/healthz', headers={'Host': host}); \
sys.exit(site.getresponse().status != 200)"]

CMD ["gunicorn", "--config", "config/gunicorn.conf.py"]
