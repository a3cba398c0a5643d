# The two doors: `make demo` and `make test`. `make help` lists the others.

DESTDIR ?=
PREFIX ?= /usr
PYTHON ?= /usr/bin/python3
OCF = $(PREFIX)/lib/ocf
LIBRARY = $(OCF)/lib/openstack
AGENTS = $(OCF)/resource.d/openstack
OLD_NAMES = $(basename $(notdir $(wildcard metadata/*-ra.xml)))
VENV = .venv
RUN = $(VENV)/bin/python

.PHONY: help
help:
	@grep -E '^## ' $(MAKEFILE_LIST) | sed 's/^## /make /'

## demo [KEEP=1]      a two-node cluster on this machine fails over a real Keystone
.PHONY: demo
demo: packages $(VENV)/ready
	@$(RUN) -m ocf_agents.lab.demo $(if $(KEEP),--keep)

## test               everything there is: lint, unit, contract, cluster
.PHONY: test
test: packages $(VENV)/ready lint
	@$(RUN) -m pytest tests

## check              lint, unit and contract tests: no root, no network, no cluster
.PHONY: check
check: $(VENV)/ready lint
	@$(RUN) -m pytest -q -n 2 -m "not long" tests/unit tests/contract

.PHONY: lint
lint: $(VENV)/ready
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --quiet --check .
	@$(VENV)/bin/mypy --no-error-summary

## bench              what a monitor costs, beside other agents and the bare interpreter
.PHONY: bench
bench: packages $(VENV)/ready
	@$(RUN) -m bench

## drill-mysql [ROUNDS=1] [DRILL=...]  every fault on a real MariaDB cluster, with what it cost
.PHONY: drill-mysql
drill-mysql: packages $(VENV)/ready
	@$(RUN) -m ocf_agents.lab.drill --rounds $(or $(ROUNDS),1) --json drill-mysql.json $(DRILL)

## generate           metadata/, docs/reference/ and the links in bin/, from the declarations
.PHONY: generate
generate:
	@$(PYTHON) -m ocf_agents.render .

## man                the man pages, below build/man
.PHONY: man
man:
	@$(PYTHON) -m ocf_agents.render.man build/man

## install [COMPAT=1] agents, library and meta-data below DESTDIR; with COMPAT also the agents' names of 2012
.PHONY: install
install:
	install -d $(DESTDIR)$(AGENTS) $(DESTDIR)$(LIBRARY)/metadata
	tar -c --exclude=__pycache__ ocf_agents/__init__.py ocf_agents/__main__.py ocf_agents/lean.py \
	    ocf_agents/main.py ocf_agents/ocf ocf_agents/system ocf_agents/kinds ocf_agents/mysql \
	    ocf_agents/agents \
	    | tar -x --no-same-owner -C $(DESTDIR)$(LIBRARY)
	install -m 644 -t $(DESTDIR)$(LIBRARY)/metadata metadata/*.xml
	install -m 755 bin/agent $(DESTDIR)$(LIBRARY)/agent
	for name in $$(find bin -type l -printf '%f '); do \
	    ln -sfn ../../lib/openstack/agent $(DESTDIR)$(AGENTS)/$$name || exit; done
	$(if $(COMPAT),install -d $(DESTDIR)$(OCF)/resource.d/percona)
	$(if $(COMPAT),ln -sfn ../../lib/openstack/agent $(DESTDIR)$(OCF)/resource.d/percona/mysql)
	$(if $(COMPAT),for name in $(OLD_NAMES); do \
	    ln -sfn ../../lib/openstack/agent $(DESTDIR)$(AGENTS)/$$name || exit; done)
	$(PYTHON) -I -m compileall -q -s "$(DESTDIR)" -p / $(DESTDIR)$(LIBRARY)/ocf_agents

## uninstall          takes out what install put there
.PHONY: uninstall
uninstall:
	for name in $$(find bin -type l -printf '%f ') $(OLD_NAMES); do rm -f $(DESTDIR)$(AGENTS)/$$name; done
	rm -rf $(DESTDIR)$(LIBRARY)/ocf_agents $(DESTDIR)$(LIBRARY)/metadata $(DESTDIR)$(LIBRARY)/agent
	if [ "$$(readlink $(DESTDIR)$(OCF)/resource.d/percona/mysql)" = ../../lib/openstack/agent ]; then \
	    rm -f $(DESTDIR)$(OCF)/resource.d/percona/mysql; fi
	-rmdir $(DESTDIR)$(AGENTS) $(DESTDIR)$(LIBRARY) 2>/dev/null

# What Debian ships; nothing that apt installs here is started.
.PHONY: packages
packages:
	@sh packaging/debian-packages

$(VENV)/ready: setup.cfg
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@

.PHONY: clean
clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
