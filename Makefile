# One command: `make` runs lint, types, import layers and tests.
# Works on a fresh Linux machine with Python 3.11+ and make; uses uv where it is installed.

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
# In how many processes the tests run.
JOBS ?= 2
UV := $(shell command -v uv 2>/dev/null)
export PYTHONHASHSEED = 0
# Without bytecode on disk every process of the tests would compile the libraries again.
unexport PYTHONDONTWRITEBYTECODE

# The unit tests that look most at other libraries, and take seconds. `make slow` runs all of tests/unit.
QUICK := $(addsuffix .py,$(addprefix tests/unit/, \
  $(addprefix core/test_,projection storage) $(addprefix inputs/test_,dates kml locate) \
  decisions/test_walking runs/test_weekly_facts))

.PHONY: all demo test slow oldest newest lint types layers fix golden coverage bench fuzz mutants wheel clean

all: lint types layers test

$(VENV)/made: pyproject.toml
ifdef UV
	uv venv --quiet --allow-existing --python $(PYTHON) $(VENV)
	uv pip install --quiet --python $(BIN)/python --editable .
else
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable .
endif
	touch $@

$(VENV)/made-dev: $(VENV)/made
ifdef UV
	uv pip install --quiet --python $(BIN)/python --group dev
else
	$(BIN)/python -m pip install --quiet --group dev
endif
	touch $@

$(VENV)/made-bench: $(VENV)/made
ifdef UV
	uv pip install --quiet --python $(BIN)/python --group bench
else
	$(BIN)/python -m pip install --quiet --group bench
endif
	touch $@

demo: $(VENV)/made
	$(BIN)/csp-geo demo

test: $(VENV)/made-dev
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

# What takes minutes: a command killed 200 times, all unit tests with other versions, opening hours and
# pages beside two npm packages (skipped without npm).
slow: $(VENV)/made-dev
	$(BIN)/python tools/with_npm.py $(BIN)/python -m pytest -m slow
	$(BIN)/python tools/other_versions.py oldest -n $(JOBS) --dist worksteal tests/unit
	$(BIN)/python tools/other_versions.py newest -n $(JOBS) --dist worksteal tests/unit

# Some unit tests with the oldest versions that pyproject.toml allows, in an environment of its own.
oldest: $(VENV)/made-dev
	$(BIN)/python tools/other_versions.py oldest -n $(JOBS) --dist worksteal $(QUICK)

# The same on the newest Python that pyproject.toml names and this machine has.
newest: $(VENV)/made-dev
	$(BIN)/python tools/other_versions.py newest -n $(JOBS) --dist worksteal $(QUICK)

lint: $(VENV)/made-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell csp_geo tests benchmarks docs tools README.md CHANGELOG.md

types: $(VENV)/made-dev
	$(BIN)/mypy

layers: $(VENV)/made-dev
	$(BIN)/lint-imports

fix: $(VENV)/made-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Write the repository's sample data and generated documents again.
golden: $(VENV)/made-dev
	$(BIN)/python tools/write_sample_data.py
	$(BIN)/python tools/write_data_dictionary.py
	$(BIN)/python tools/write_licences.py
	$(BIN)/python tools/write_demo_hashes.py

coverage: $(VENV)/made-dev
	$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered

# Measure against scikit-learn, dbscan and geopandas; takes some ten minutes.
bench: $(VENV)/made-bench
	$(BIN)/python benchmarks/run.py

# Spoil files of every format for ten minutes; findings are kept in fuzz-findings/.
fuzz: $(VENV)/made-dev
	$(BIN)/python benchmarks/fuzz_readers.py --minutes 10

# Change hotspots, privacy rules and cautions in small ways, one at a time: do their tests notice?
# Takes some half an hour.
mutants: $(VENV)/made-dev
	$(BIN)/python tools/mutants.py

# Build the wheel, install it alone in an empty folder, and run the demo there.
wheel: $(VENV)/made-dev
	sh tools/try_wheel.sh $(BIN)/python

clean:
	rm -rf $(VENV) dist build csp-geo-demo
