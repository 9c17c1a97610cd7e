# --- Build stage: needs pip and root --------------------------------------------------------
FROM python:3.13-slim-trixie AS build

WORKDIR /app

# METRICS_TOKEN and SENTRY_DSN need REQUIREMENTS=monitoring.
ARG REQUIREMENTS=server
COPY requirements/${REQUIREMENTS}.txt requirements/
# Wheels only: no package runs its own code during installation, and none needs a compiler.
RUN python -m venv --without-pip /opt/venv && \
    pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary=:all: -r requirements/${REQUIREMENTS}.txt

COPY . .
# collectstatic needs these two variables to be set, but neither signs anything nor connects. Compile
# now, since the code is read-only later. Make it readable even if the checkout's umask was strict.
RUN SECRET_KEY=unused DATABASE_URL=postgres:///unused \
        /opt/venv/bin/python manage.py collectstatic --no-input --verbosity 0 && \
    /opt/venv/bin/python -m compileall -q config purposeapp && \
    chmod -R u=rwX,go=rX .


# --- Final stage ------------------------------------------------------------------------------
FROM python:3.13-slim-trixie

# A fixed numeric uid, so that a cluster can verify that it is not root.
RUN useradd --uid 10001 --user-group --no-log-init --no-create-home \
        --home-dir /nonexistent --shell /usr/sbin/nologin app

COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app

# The only folder that the site writes to: preview cards, which are drawn again if they are lost.
RUN install -d -o app -g app -m 700 /app/var/cards

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    APP_ENV=production \
    HOST=0.0.0.0

WORKDIR /app
USER 10001:10001
EXPOSE 8000

# The Host header is that of PUBLIC_URL, since ALLOWED_HOSTS may contain no other. http.client ignores
# HTTP_PROXY, which urllib.request would use.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys, urllib.parse; \
site = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT') or 8000), timeout=4); \
host = urllib.parse.urlsplit(os.environ['PUBLIC_URL']).netloc; \
site.request('GET', '/healthz', headers={'Host': host}); \
sys.exit(site.getresponse().status != 200)"]

CMD ["gunicorn", "--config", "config/gunicorn.conf.py"]
