# Two commands do everything on a machine with Python, make and git: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
UV := $(VENV)/tools/bin/uv
BIN := $(VENV)/bin
export UV_PROJECT_ENVIRONMENT := $(VENV)
export UV_PYTHON_DOWNLOADS := never

.PHONY: demo test lint types layers unit sync clean

demo: sync $(VENV)/kernels/compiled
	$(BIN)/roadstead exercise run null-islands-landing --workers 2 --out roadstead-demo/null-islands-landing
	$(BIN)/roadstead verify cases/dunai-2024

test: lint types layers unit

lint: sync
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: sync
	$(BIN)/mypy

layers: sync
	$(BIN)/lint-imports

unit: sync
	$(BIN)/pytest -n 2

# uv lives inside the environment that it manages, so nothing outside this folder is touched.
sync: $(UV)
	@$(UV) sync --frozen --quiet --compile-bytecode --python $(PYTHON)

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Roadstead needs Python 3.11 or newer; call make PYTHON=/path/to/python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed: on Debian, apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)/tools
	@$(VENV)/tools/bin/pip install --quiet --disable-pip-version-check 'uv>=0.5'

# Inner loops are compiled once for each state of their source: by two small exercises side by side, one that weighs
# and one that also draws and searches images, so that neither the demo nor a user's first case waits for it.
KERNELS := $(shell grep -rl njit src --include=*.py)
$(VENV)/kernels/compiled: $(KERNELS) uv.lock | sync
	@echo 'Compiling inner loops, once: about a minute and a half ...'
	@mkdir -p $(@D)
	@$(BIN)/roadstead exercise study -n 1 --seed 1 --out $(@D)/weighed >$(@D)/weighed.txt 2>&1 & weighed=$$!; \
	  $(BIN)/roadstead exercise study -n 1 --seed 1 --pixels --out $(@D)/drawn >$(@D)/drawn.txt 2>&1 \
	  || { cat $(@D)/drawn.txt; exit 1; }; wait $$weighed || { cat $(@D)/weighed.txt; exit 1; }
	@touch $@

clean:
	rm -rf $(VENV) roadstead-demo cases/*/out cases/*/.cache

# Needs the real images beside the checkout; rewrites the tables of the README.
.PHONY: tables
tables: sync
	$(BIN)/python bench/tables.py

# The page of the workbench: needs node and npm; what it builds is committed, so nothing else does.
.PHONY: page
page:
	cd workbench && npm ci --no-audit --no-fund && npm run build

# The pictures of the README; needs chromium, and for the second one the case verified with its image.
SHOT := chromium --headless --no-sandbox --disable-gpu --hide-scrollbars
.PHONY: pictures
pictures: demo
	$(SHOT) --window-size=1000,1250 --screenshot=docs/report.png file://$(CURDIR)/cases/dunai-2024/out/report.html
	$(BIN)/roadstead coverage cases/dunai-2024 --site dunai --site vladivostok --site chongjin --from 2024-10-07 --to 2024-10-20
	$(SHOT) --window-size=690,680 --screenshot=docs/coverage.png file://$(CURDIR)/cases/dunai-2024/out/coverage.svg
	test ! -f cases/los-angeles-2021/out/report.html || $(SHOT) --window-size=1000,880 \
	  --screenshot=docs/report-los-angeles.png file://$(CURDIR)/cases/los-angeles-2021/out/report.html
