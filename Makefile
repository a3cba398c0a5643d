# The two doors: `make demo` and `make test`. `make help` lists the others.

DESTDIR ?=
PREFIX ?= /usr
PYTHON ?= /usr/bin/python3
OCF = $(PREFIX)/lib/ocf
LIBRARY = $(OCF)/lib/openstack
MAN = $(PREFIX)/share/man
TMPFILES = $(PREFIX)/lib/tmpfiles.d
READABLE = --mode=u=rwX,go=rX
BYTECODE ?= 1
# What an agent needs; the rest of ocf_agents is for the command.
AGENT_PARTS = __init__.py __main__.py lean.py main.py ocf system kinds mysql agents
PARTS = $(if $(TOOLS),ocf_agents,$(addprefix ocf_agents/,$(AGENT_PARTS)))
LINKS = $(PYTHON) -B -c 'from ocf_agents.agents import links; print(*links($(if $(COMPAT),True)))'
RUN_DIRECTORY = $(PYTHON) -B -c 'from ocf_agents.system.plan import RUN_DIRECTORY; print(RUN_DIRECTORY)'
COMPLETIONS = bash-completion/completions/ocf-agents zsh/site-functions/_ocf-agents \
    fish/vendor_completions.d/ocf-agents.fish

NAME = openstack-ocf-agents
VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' ocf_agents/__init__.py)
SOURCES = CHANGELOG.md LICENSE Makefile README.md bin docs metadata ocf_agents packaging pyproject.toml setup.cfg
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || date +%s)
export SOURCE_DATE_EPOCH
RPM = build/rpm
DIST ?= dist
RPMBUILD = --define "clamp_mtime_to_source_date_epoch 1" --define "use_source_date_epoch_as_buildtime 1"
# Debian's packages are in another database than rpmbuild looks in.
RPMBUILD += $(if $(wildcard /etc/debian_version),--nodeps)

# RHEL 9, Debian 12, RHEL 10, Fedora
PYTHONS = 3.9 3.11 3.12 3.13

VENV = .venv
RUN = $(VENV)/bin/python
# What pytest has compiled once is not compiled in every run.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help:
	@grep -E '^## ' $(MAKEFILE_LIST) | sed 's/^## /make /'

## demo [KEEP=1]      a two-node cluster on this machine fails over MySQL and a Keystone on it
.PHONY: demo
demo: packages $(VENV)/ready
	@$(RUN) -m ocf_agents.lab.demo $(if $(KEEP),--keep)

## demo-cloud [KEEP=1] the whole deployment of 2012 fails over: 3 GB of memory, 4 to 8 minutes
.PHONY: demo-cloud
demo-cloud: packages-cloud $(VENV)/ready
	@$(RUN) -m ocf_agents.lab.cloud $(if $(KEEP),--keep)

## test               everything there is: lint, unit, contract, cluster
.PHONY: test
test: packages $(VENV)/ready
	@$(MAKE) --no-print-directory --output-sync -j 2 lint packages-rpm
	@$(RUN) -m pytest tests

## ready              the packages, and .venv with the operator's command in it
.PHONY: ready
ready: packages $(VENV)/ready

## fresh              a fresh Debian 12 below build/fresh follows README and tutorial to the letter (minutes)
.PHONY: fresh
fresh:
	@$(PYTHON) tests/docs/fresh_machine.py build/fresh

## test-cloud         every service of OpenStack, and a whole cloud that loses what it depends on: half an hour
.PHONY: test-cloud
test-cloud: packages-cloud $(VENV)/ready
	@sh packaging/debian-packages neighbours
	@OCF_TEST_CLOUD=1 $(RUN) -m pytest -rA $(wildcard tests/cluster/test_cloud_*.py)

## test-mysql-servers [MYSQL=8.4]  MySQL 5.7 to 9.7, fetched into build: each alone, and in a cluster: an hour
.PHONY: test-mysql-servers
test-mysql-servers: packages $(VENV)/ready
	@sh packaging/debian-packages servers
	@$(PYTHON) packaging/mysql-servers build/mysql-servers $(MYSQL)
	@OCF_TEST_MYSQL_SERVERS=$(abspath build/mysql-servers) $(RUN) -m pytest -rA \
	    tests/cluster/test_mysql_servers.py tests/cluster/test_mysql_clone.py \
	    tests/cluster/test_mysql_without_gtids.py \
	    $(if $(MYSQL),-k '$(MYSQL)]')

## test-pythons [PYTHONS="3.9 ..."]  Python 3.9, 3.12, 3.13, fetched into build: agents, units, RPMs, wheels: 20 minutes
OTHERS = $(filter-out 3.11,$(PYTHONS))
.PHONY: test-pythons
test-pythons: packages packages-rpm $(VENV)/ready
	@sh packaging/debian-packages servers
	@$(PYTHON) packaging/pythons build/pythons $(OTHERS)
	@for version in $(OTHERS); do \
	    python=build/pythons/$$version/bin/python$$version; venv=build/pythons/$$version/venv; \
	    $(MAKE) -s $$venv/ready VENV=$$venv PYTHON=$$python && echo "Python $$version:" && \
	    tests/support/as_python3 $$python $$venv/bin/python -m pytest -q -n 2 tests/unit tests/contract || exit; done
	@OCF_TEST_PYTHONS=$(abspath build/pythons) $(RUN) -m pytest -rA tests/packaging

## check              lint, unit and contract tests: no root, no network, no cluster
.PHONY: check
check: $(VENV)/ready
	@$(MAKE) --no-print-directory --output-sync -j 3 check-unit check-contract lint check-mysql

# Each collects its own tests; the workers of a single pytest would each collect all of them.
.PHONY: check-contract check-mysql check-unit
check-contract: TESTS = tests/contract
check-mysql: TESTS = tests/unit/mysql
check-unit: TESTS = tests/unit --ignore tests/unit/mysql
check-contract check-mysql check-unit:
	@$(RUN) -m pytest -q --hypothesis-profile few -m "not long" $(TESTS)

## model [TIMES=20]   search far more of the MySQL agent's courses of events than make test does
.PHONY: model
model: $(VENV)/ready
	@$(RUN) tests/model $(TIMES)

## fuzz [EXAMPLES=3000]  spoil every text that comes from outside, many times and each time anew
.PHONY: fuzz
fuzz: $(VENV)/ready
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),3000) $(RUN) -m pytest -q -n 2 tests/fuzz

.PHONY: lint
lint: $(VENV)/ready
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --quiet --check .
	@$(VENV)/bin/mypy --no-error-summary
	@$(VENV)/bin/mypy --no-error-summary --config-file tests/mypy.ini

## bench              what a monitor costs, beside other agents and the bare interpreter
.PHONY: bench
bench: packages $(VENV)/ready
	@sh packaging/debian-packages bench
	@$(RUN) -m bench

## load [MINUTES=30]  monitors of 40 resources on a node that is four times too busy
.PHONY: load
load: packages $(VENV)/ready
	@$(RUN) -m bench.load $(or $(MINUTES),30)

## drill-mysql [ROUNDS=1] [DRILL=...] [WITH=keystone] [MYSQL=8.4]  every fault on a real cluster, with what it cost
.PHONY: drill-mysql
drill-mysql: packages$(if $(filter cloud,$(WITH)),-cloud) $(VENV)/ready
	@$(if $(MYSQL),sh packaging/debian-packages servers)
	@$(if $(MYSQL),$(PYTHON) packaging/mysql-servers build/mysql-servers $(MYSQL))
	@rm -f drill-mysql.json
	@$(VENV)/bin/ocf-agents drill run --rounds $(or $(ROUNDS),1) $(addprefix --fault ,$(DRILL)) \
	    $(addprefix --workload ,$(WITH)) $(addprefix --server build/mysql-servers/,$(MYSQL)) \
	    --json drill-mysql.json --report drill-mysql.html

## drill-peers [ROUNDS=1] [DRILL=...]  the same on ocf:heartbeat:mysql and ocf:heartbeat:mariadb, side by side
.PHONY: drill-peers
drill-peers: packages $(VENV)/ready
	@rm -f drill-peers.json
	@$(VENV)/bin/ocf-agents drill run --rounds $(or $(ROUNDS),1) $(addprefix --fault ,$(DRILL)) --threshold 1 \
	    --agent openstack:mysql --agent heartbeat:mysql --agent heartbeat:mariadb \
	    --json drill-peers.json --report drill-peers.html

## soak [ROUNDS=200] [SEED=1]  random faults, alone and in pairs; goes on where it was stopped
.PHONY: soak
soak: packages $(VENV)/ready
	@$(VENV)/bin/ocf-agents drill run --rounds $(or $(ROUNDS),200) --seed $(or $(SEED),1) \
	    --json soak.json --report soak.html

## generate           metadata/, the reference and the links in bin/, from the declarations
.PHONY: generate
generate:
	@$(PYTHON) -m ocf_agents.render .

## man                the man pages, below build/man
.PHONY: man
man:
	@$(PYTHON) -m ocf_agents.render.man build/man

## install [TOOLS=1] [COMPAT=1]  agents, library and meta-data below DESTDIR; the command; the names of 2012
.PHONY: install
install:
	rm -rf $(DESTDIR)$(LIBRARY).new
	install -d $(DESTDIR)$(LIBRARY) $(DESTDIR)$(LIBRARY).new $(DESTDIR)$(TMPFILES)
	tar -c $(READABLE) --exclude=__pycache__ --exclude=ocf_agents/cli/files \
	    $(if $(COMPAT),,--exclude='*-ra.xml') $(PARTS) metadata \
	    | tar -x -p --no-same-owner -C $(DESTDIR)$(LIBRARY).new
	install -m 755 bin/agent $(DESTDIR)$(LIBRARY).new/agent
	# A monitor may begin at any moment, so that each file takes its place whole.
	for part in $$(cd $(DESTDIR)$(LIBRARY).new && find * -type d) .; do \
	    install -d $(DESTDIR)$(LIBRARY)/$$part && find $(DESTDIR)$(LIBRARY).new/$$part -maxdepth 1 ! -type d \
	        -exec mv -f -t $(DESTDIR)$(LIBRARY)/$$part {} + || exit; done
	rm -rf $(DESTDIR)$(LIBRARY).new
	for link in $$($(LINKS)); do \
	    install -d $(DESTDIR)$(OCF)/resource.d/$${link%/*} && \
	    ln -sfn ../../lib/openstack/agent $(DESTDIR)$(OCF)/resource.d/$$link || exit; done
	printf 'd %s 0755 root root -\n' $$($(RUN_DIRECTORY)) > $(DESTDIR)$(TMPFILES)/openstack-ocf-agents.conf
	$(if $(wildcard build/man/man7),install -d $(DESTDIR)$(MAN))
	$(if $(wildcard build/man/man7),tar -c $(READABLE) -C build/man man7 | tar -x -p --no-same-owner -C $(DESTDIR)$(MAN))
	$(if $(TOOLS),$(MAKE) -s install-command)
	$(if $(BYTECODE),$(PYTHON) -I -m compileall -q -s "$(DESTDIR)" -p / $(DESTDIR)$(LIBRARY)/ocf_agents)

.PHONY: install-command
install-command:
	install -D -m 755 packaging/ocf-agents $(DESTDIR)$(PREFIX)/bin/ocf-agents
	$(foreach page,$(wildcard build/man/man1/*.1),install -D -m 644 $(page) $(DESTDIR)$(MAN)/man1/$(notdir $(page)))
	$(foreach file,$(COMPLETIONS),$(if $(wildcard build/completion/$(file)), \
	    install -D -m 644 build/completion/$(file) $(DESTDIR)$(PREFIX)/share/$(file);))

## completion         what makes bash, zsh and fish complete the command, below build/completion
.PHONY: completion
completion:
	@for file in $(COMPLETIONS); do \
	    install -d build/completion/$${file%/*} && \
	    $(PYTHON) -B -m ocf_agents.cli.main completion $${file%%[-/]*} > build/completion/$$file || exit; done

## uninstall          takes out what install put there
.PHONY: uninstall
uninstall: COMPAT = 1
uninstall:
	for link in $$($(LINKS)); do \
	    file=$(DESTDIR)$(OCF)/resource.d/$$link; \
	    if [ "$$(readlink $$file)" = ../../lib/openstack/agent ]; then \
	        rm -f $$file $(DESTDIR)$(MAN)/man7/ocf_openstack_$${link#openstack/}.7; fi; done
	rm -rf $(DESTDIR)$(LIBRARY)/ocf_agents $(DESTDIR)$(LIBRARY)/metadata $(DESTDIR)$(LIBRARY)/agent
	rm -f $(DESTDIR)$(TMPFILES)/openstack-ocf-agents.conf
	if cmp -s packaging/ocf-agents $(DESTDIR)$(PREFIX)/bin/ocf-agents; then \
	    rm -f $(DESTDIR)$(PREFIX)/bin/ocf-agents $(DESTDIR)$(MAN)/man1/ocf-agents.1 \
	        $(addprefix $(DESTDIR)$(PREFIX)/share/,$(COMPLETIONS)); fi
	-rmdir $(DESTDIR)$(OCF)/resource.d/openstack $(DESTDIR)$(OCF)/resource.d/percona $(DESTDIR)$(LIBRARY) 2>/dev/null

## rpm [DIST=dist]    RPMs for RHEL 9 and 10 and Fedora, on any of them or on Debian 12
.PHONY: rpm
rpm: packages-rpm $(RPM)/SOURCES/$(NAME)-$(VERSION).tar.gz
	@sed -e 's/@VERSION@/$(VERSION)/' \
	    -e "s/@DATE@/$$(LC_ALL=C date -u -d @$(SOURCE_DATE_EPOCH) '+%a %b %d %Y')/" \
	    packaging/rpm/$(NAME).spec > $(RPM)/$(NAME).spec
	@rpmbuild -ba --quiet $(RPMBUILD) --define "_topdir $(abspath $(RPM))" $(RPM)/$(NAME).spec
	@install -D -m 644 -t $(DIST) $(RPM)/SRPMS/*.rpm $(RPM)/RPMS/noarch/*.rpm
	@ls $(DIST)/*.rpm

## rpmlint            what rpmlint says of them
.PHONY: rpmlint
rpmlint:
	@rpmlint --config packaging/rpm/rpmlint.toml --rpmlintrc packaging/rpm/$(NAME).rpmlintrc \
	    $(RPM)/$(NAME).spec $(DIST)/*.rpm

## offline [PYTHONS="3.9 ..."]  all that a machine without internet needs, below DIST/offline
.PHONY: offline
offline: OFFLINE = $(DIST)/offline
offline: PIP = $(RPM)/pip/bin/python -m pip --disable-pip-version-check
offline: rpm
	@rm -rf $(OFFLINE)
	@$(PYTHON) -m venv $(RPM)/pip
	@install -D -m 644 packaging/OFFLINE $(OFFLINE)/README
	@install -D -m 644 -t $(OFFLINE)/rpms $(RPM)/SRPMS/*.rpm $(RPM)/RPMS/noarch/*.rpm
	@$(PIP) wheel --quiet --no-deps --wheel-dir $(OFFLINE)/wheels $(RPM)/SOURCES/$(NAME)-$(VERSION).tar.gz
	@printf '%s\n' $(PYTHONS) | xargs -P 4 -I {} $(PIP) download --quiet --only-binary=:all: \
	    --python-version {} --dest $(RPM)/wheels/{} --find-links $(OFFLINE)/wheels \
	    'ocf-agents[mysql,tools]==$(VERSION)'
	@install -m 644 -t $(OFFLINE)/wheels $$(printf '%s\n' $(RPM)/wheels/*/*.whl | awk -F / '!seen[$$NF]++')
	@$(PYTHON) -I packaging/simple_index.py $(OFFLINE)
	@cd $(OFFLINE) && find . -type f ! -name SHA256SUMS -printf '%P\n' | sort | xargs sha256sum > SHA256SUMS
	@du -sh $(OFFLINE)

# Packages and wheel are made of this and nothing else.
.PHONY: $(RPM)/SOURCES/$(NAME)-$(VERSION).tar.gz
$(RPM)/SOURCES/$(NAME)-$(VERSION).tar.gz:
	@rm -rf $(RPM)
	@install -d $(@D)
	@tar -c --sort=name --mtime=@$(SOURCE_DATE_EPOCH) --owner=0 --group=0 --numeric-owner $(READABLE) \
	    --exclude=__pycache__ --transform='flags=r;s,^,$(NAME)-$(VERSION)/,' \
	    $(SOURCES) | gzip -9 -n > $@

# What Debian ships; nothing that apt installs here is started.
.PHONY: packages
packages:
	@sh packaging/debian-packages

.PHONY: packages-rpm
packages-rpm:
	@[ ! -e /etc/debian_version ] || sh packaging/debian-packages rpm

.PHONY: packages-cloud
packages-cloud: packages
	@sh packaging/debian-packages cloud

$(VENV)/ready: setup.cfg
	@$(PYTHON) -m venv $(VENV)
	@# An old pip installs no checkout that has only setup.cfg.
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check 'pip >= 21.3'
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[mysql,tools,test]'
	@touch $@

.PHONY: clean
clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
