# make demo — set up, then carry every programme through the whole chain and write out/report.html
# make test — set up, then everything that CI runs
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test bench schema clean

demo: .venv/ready
	$(BIN)/quanyu demo

test: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 -q

bench: .venv/ready-dev
	$(BIN)/python bench/run.py all

schema: .venv/ready
	$(BIN)/quanyu schema > docs/reference/quanyu.schema.json
	$(BIN)/quanyu schema --case > docs/reference/quanyu-case.schema.json

.venv/ready: pyproject.toml constraints.txt setup/environment.py
	$(PYTHON) setup/environment.py

.venv/ready-dev: pyproject.toml constraints.txt setup/environment.py
	$(PYTHON) setup/environment.py --dev

clean:
	rm -rf .venv out build dist
