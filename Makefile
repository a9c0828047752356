# vrfhir: every target makes and reuses its own virtual environment in .venv. Needs Python >= 3.11 and make.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SHARED ?= ../shared
SEED ?= one
CROSSCHECK ?= $(SHARED)/tools/crosscheck/crosscheck.sh

.DEFAULT_GOAL := help
.PHONY: help install demo test check crash generated bench score figures docs definitions profiles crosscheck judge clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("vrfhir needs Python 3.11 or newer, this is %s; try: make PYTHON=python3.12 ..." % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(BIN)/python
	@echo "Installing vrfhir into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[server]'
	@touch $@

$(VENV)/tested: $(VENV)/installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[server,test]'
	@touch $@

$(VENV)/checked: $(VENV)/tested
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[server,test,check]'
	@touch $@

install: $(VENV)/installed ## make .venv/bin/vrfhir
demo: $(VENV)/installed ## one referral end to end: HL7 v2 in, FHIR, the answer back
	@$(BIN)/vrfhir demo

test: $(VENV)/tested ## the tests
	@$(BIN)/python -m pytest -n auto

check: $(VENV)/checked ## ruff, mypy, import directions, generated files up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_generated.py --shared $(SHARED)

crash: $(VENV)/tested ## kill -9 the listener 100 times under load, then look for what is missing or there twice
	@VRFHIR_CRASHES=100 $(BIN)/python -m pytest tests/crash -s

generated: $(VENV)/tested ## 10,000 messages made from rows and 2,500 Bundles made from profiles, there and back (half an hour)
	VRFHIR_GENERATED_BUNDLES=10000 $(BIN)/python -m pytest tests/mappers -k "many_rows or profiles"

bench: $(VENV)/tested ## speed, as ratios to named baselines in the same run
	@$(BIN)/python bench/run.py

score: $(VENV)/installed ## agreement with HL7's public test suites (needs $(SHARED))
	@$(BIN)/python tools/score.py --shared $(SHARED)

figures: $(VENV)/installed ## what the HL7 v2 map keeps: mapped, carried, found again, per message type
	@$(BIN)/python tools/map_figures.py --shared $(SHARED)

crosscheck: $(VENV)/installed ## ask HL7's own validator again about examples, artefacts and mutants (needs Java)
	$(BIN)/python tools/crosscheck.py --engine $(CROSSCHECK)

judge: $(VENV)/installed ## compare with HL7's own validator on resources nobody wrote: make judge SEED=name (needs Java)
	$(BIN)/python tools/judge.py $(SEED) --engine $(CROSSCHECK)

definitions: $(VENV)/installed ## rebuild the base facts from FHIR packages in $(SHARED)/packages
	$(BIN)/python -m vrfhir.definitions.build --packages $(SHARED)/packages

profiles: $(VENV)/installed ## compile the FSH profiles (needs Node.js)
	$(BIN)/python tools/build_profiles.py --packages $(SHARED)/packages

docs: $(VENV)/installed ## regenerate the generated pages under docs/
	$(BIN)/python tools/build_docs.py
	$(BIN)/vrfhir ig site --out build/site

clean: ## remove what was made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
