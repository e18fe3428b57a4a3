# On a fresh machine, `make demo` and `make test` work right away; the README covers the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PORT SANDBOX_PORT

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
# Settings for `check --deploy`: those of a real server, but with keys that open nothing.
DEPLOYED := CDPVIEWER_ENV_FILE= CDPVIEWER_ALLOWED_HOSTS=orders.example.com CDPVIEWER_TRUSTED_PROXIES=1 \
	CDPVIEWER_SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
	CDPVIEWER_CREDENTIAL_KEYS=$$($(BIN)/python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')

.PHONY: help setup develop demo run test test-integrations test-operations test-postgres test-debian test-container check fmt bench scale screenshots lock sbom zendesk-app
.DEFAULT_GOAL := help

help:
	@echo "make demo         the app with a stand-in CDP on this machine (PORT=8000, SANDBOX_PORT=9000)"
	@echo "make run          the app against real regions"
	@echo "make test         all tests but those of PostgreSQL; ARGS='tests/cdp -x' for some of them"
	@echo "make test-postgres   those of PostgreSQL, and on it those that use the database; ARGS=… as above"
	@echo "make test-integrations   links clicked in Request Tracker, django-helpdesk and Roundup; WRITE=1 writes the table of docs/linking.md"
	@echo "make test-operations   metrics, traces, backups and rolling restarts behind HAProxy and nginx, on real servers;"
	@echo "                  ARGS='-k drill' WRITE=1 writes the times of docs/drill.md"
	@echo "make test-debian  the chapter \"From an empty Debian\" of docs/operating.md, pasted into a new Debian with systemd, and the units tried"
	@echo "                  (root, mmdebstrap, systemd-container)"
	@echo "make test-container   the image and the compose file, built from Debian without a registry, and run (root, mmdebstrap, buildah, podman, docker-compose)"
	@echo "make check        format, lint, types, import rules, templates, settings, migrations"
	@echo "make sbom         what the app is made of, as CycloneDX (sbom.cdx.json)"
	@echo "make zendesk-app  the app for Zendesk's sidebar, as zendesk-app.zip; EMAIL=… for its users' questions"
	@echo "make scale        500 agents on two servers with PostgreSQL, pgbouncer, Redis and HAProxy; WRITE=--write for docs/scale.md"
	@echo "make setup fmt bench screenshots lock"

# Installs only what a server needs; LOCK=prod adds PostgreSQL and Redis, LOCK=ldap a directory as well.
LOCK ?= app
setup: $(VENV)/installed $(CATALOGUES)

$(VENV)/installed: requirements/$(LOCK).lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment: on Debian, install python3-venv."; exit 1; }
	@echo "Installing the locked dependencies into $(VENV) …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement requirements/$(LOCK).lock
	@touch $@

# The same, plus what the tests, the checks and the benchmark need.
develop: $(VENV)/developing setup

$(VENV)/developing: requirements/dev.lock $(VENV)/installed
	@echo "Installing what tests and checks need …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement requirements/dev.lock
	@touch $@

%.mo: %.po $(VENV)/installed
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

# The recipe is a single plain command, so that make starts it without a shell in between and notices when it ends.
demo: setup
	@$(BIN)/python -m cdpviewer.demo $(ARGS)

run: setup
	@$(BIN)/python -m cdpviewer.run

# Two processes share the test files, in the order of tests/ordering.py. Bytecode is kept, so servers that tests start need not compile.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
test: develop
	@.ci/tools
	@$(PYTEST) $(or $(ARGS),-m "not operations and not alone and not postgresql")
	@$(if $(ARGS),,$(BIN)/python -m pytest -m alone tests/faults)

# The same tests on PostgreSQL instead of SQLite; without ARGS, only those that use the database (tests/databases.py).
test-postgres: develop
	@.ci/tools
	@$(BIN)/python -m tests.postgres_server $(PYTEST) $(or $(ARGS),-m "database and not operations and not alone")

# Installs real ticket systems and clicks the link for every value of a ticket there; the table in docs/linking.md has the results.
test-integrations: develop
	@.ci/tools
	@.ci/ticket-systems
	@CI=true WRITE=$(WRITE) $(BIN)/python -m pytest tests/integrations/every_system.py $(ARGS)

# Servers as in production: metrics and traces, backups under load, two servers restarted under load behind Debian's HAProxy and nginx.
# Takes some minutes.
# WRITE=1 writes the times of the drill to docs/drill.md.
test-operations: develop $(VENV)/bench-installed
	@.ci/tools
	@WRITE=$(WRITE) $(BIN)/python -m pytest tests/operations tests/bench -m operations $(ARGS)

# MOUNTS: folders where this particular machine keeps packages for pip.
test-debian: develop
	@MOUNTS='$(MOUNTS)' $(BIN)/python -m tests.operations.from_empty_debian

test-container: develop
	@MOUNTS='$(MOUNTS)' $(BIN)/python -m tests.operations.in_containers

# Two at a time: types and supply take half a minute each, and each uses one core.
check: develop
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-types check-code check-supply

.PHONY: check-types check-code check-supply
check-types:
	$(BIN)/mypy

check-supply:
	@$(BIN)/python .ci/supply

check-code:
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	@! grep -nE '^.{121}' static/*.css || { echo 'These lines of a stylesheet are longer than 120 characters.'; exit 1; }
	@$(DEPLOYED) $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(DEPLOYED) $(BIN)/python manage.py makemigrations --check --dry-run
	@bash -n .ci/run && bash -n .ci/tools && bash -n .ci/ticket-systems

fmt: develop
	$(BIN)/ruff check --quiet --fix-only .
	$(BIN)/ruff format .

bench: develop $(VENV)/bench-installed
	@.ci/tools
	@$(BIN)/python -m bench $(ARGS)

$(VENV)/bench-installed: requirements/bench.lock $(VENV)/developing
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --requirement requirements/bench.lock
	@touch $@

# Takes a quarter of an hour on an otherwise idle machine.
scale: develop $(VENV)/bench-installed
	@.ci/tools
	@$(BIN)/python -m bench.scale $(WRITE) $(ARGS)

screenshots: develop
	@.ci/tools
	@$(BIN)/python -m tests.screenshots

# Needs only Python. EMAIL is the address to which users of the app may write.
zendesk-app:
	@$(PYTHON) integrations/zendesk/pack.py zendesk-app.zip $(EMAIL)
	@echo "Written: zendesk-app.zip$(if $(EMAIL),,; make zendesk-app EMAIL=… names the address that users of the app may write to)"

sbom: develop
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON -o sbom.cdx.json requirements/app.lock
	@echo "Written: sbom.cdx.json"

lock: develop
	$(BIN)/pip-compile --quiet $(ARGS) --output-file requirements/app.lock pyproject.toml
	$(BIN)/pip-compile --quiet $(ARGS) --extra postgres --extra redis --extra metrics --constraint requirements/app.lock --output-file requirements/prod.lock pyproject.toml
	$(BIN)/pip-compile --quiet $(ARGS) --extra postgres --extra redis --extra metrics --extra ldap --constraint requirements/prod.lock --output-file requirements/ldap.lock pyproject.toml
	$(BIN)/pip-compile --quiet $(ARGS) --extra postgres --extra redis --extra metrics --extra sentry --extra traces --extra dev --constraint requirements/app.lock --output-file requirements/dev.lock pyproject.toml
	$(BIN)/pip-compile --quiet $(ARGS) --extra bench --constraint requirements/app.lock --output-file requirements/bench.lock pyproject.toml
	for one in helpdesk roundup; do $(BIN)/pip-compile --quiet $(ARGS) --output-file requirements/$$one.lock requirements/$$one.in || exit; done
	npm install --package-lock-only --no-audit --no-fund
