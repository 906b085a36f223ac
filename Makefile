SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

STACK_DIR ?= .local
STACK_PORT_OFFSET ?= 0
export STACK_DIR STACK_PORT_OFFSET

bin := node_modules/.bin
stack := node dist/infra/local/cli.js
sources := $(shell find services schemas infra dashboards test/simulator test/tools test/bench test/chaos test/guide test/support test/integration/support -name '*.ts' -o -name '*.json' -path '*infra*' 2>/dev/null)

##@ Look at it

help: ## This list
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## Start everything, replay a simulated organisation, show and verify the figures (FAULT=drop|double|shift plants one)
	@FAULT='$(FAULT)' node dist/infra/tools/demo/main.js

report: build ## Print the figures, and write them as one HTML file with charts: [FROM=2026-11-01 TO=2026-11-08] [FILE=report.html] [TRUTH=file]
	@FROM='$(FROM)' TO='$(TO)' FILE='$(FILE)' node dist/infra/tools/report/main.js

grafana: build ## Open the dashboards in a Grafana of this machine (on PATH, or by Docker), on the local stack
	@node dist/infra/tools/grafana/main.js

prometheus: build ## Try the alerts in a Prometheus of this machine (on PATH), on the local stack
	@node dist/infra/tools/prometheus/main.js

##@ Run it

up: build ## Start the local stack
	@$(stack) up

down: build ## Stop what was started
	@$(stack) down

status: build ## Parts, processes, ports, memory
	@$(stack) status

logs: build ## The end of every log (PART=ingest for one, FOLLOW=1 to go on)
	@$(stack) logs $(if $(FOLLOW),-f) $(PART)

replay: build ## Send a file through ingest: FILE=events.ndjson (or -), SOURCE=events; BULK=1, JSON, CSV, mbox, gzip, zstd or a folder: into Kafka
	@FILE='$(FILE)' SOURCE='$(or $(SOURCE),events)' BULK='$(BULK)' FORMAT='$(FORMAT)' HEADING='$(HEADING)' WAIT='$(WAIT)' PROCESSES='$(PROCESSES)' node dist/infra/tools/replay/main.js

dead-letters: build ## What was refused, by reason and source, with examples: [REASON=…] [SOURCE=…] [EXAMPLES=2]
	@REASON='$(REASON)' SOURCE='$(SOURCE)' EXAMPLES='$(EXAMPLES)' node dist/infra/tools/dead-letters/main.js

replay-dead-letters: build ## Send refused events again: REASON=… [SOURCE=…] [FIX=script.js] [DRY_RUN=1] [AGAIN=1]
	@REASON='$(REASON)' SOURCE='$(SOURCE)' FIX='$(FIX)' DRY_RUN='$(DRY_RUN)' AGAIN='$(AGAIN)' node dist/infra/tools/dead-letters/replay-main.js

ingest-key: build ## A new key for a sender, and its entry for the access file: ID=shop-2026 [SOURCES=events,web]
	@ID='$(ID)' SOURCES='$(or $(SOURCES),*)' node dist/infra/tools/ingest-key/main.js

resessionize: build ## Compute sessions anew, by the repair: FROM=2026-11-01 TO=2026-11-08 [CUSTOMER=id]
	@FROM='$(FROM)' TO='$(TO)' CUSTOMER='$(CUSTOMER)' node dist/infra/tools/resessionize/main.js

rebuild: build ## Compute a roll-up anew from its table: VIEW=volume_trends FROM=2026-11-01 TO=2026-11-08 [DRY_RUN=1 only compares]
	@node dist/infra/tools/rebuild/main.js

erase: build ## Forget everything of one person up to now: CUSTOMER=id [BY=who asks for it] (AGAIN=1 after a restore)
	@node dist/infra/tools/erase/main.js

vcon: build ## One conversation as an IETF vCon: CONTACT=id or SESSION=id [CUSTOMER=id] [SYSTEM=name] [FILE=out.vcon]
	@CONTACT='$(CONTACT)' SESSION='$(SESSION)' CUSTOMER='$(CUSTOMER)' SYSTEM='$(SYSTEM)' FILE='$(FILE)' node dist/infra/tools/vcon/main.js

backup: build ## Back up ClickHouse and the offsets that belong to it: TO=name [BASE=an earlier one]
	@node dist/infra/tools/backup/main.js

restore: build ## Restore both into an empty ClickHouse, with load stopped: FROM=name
	@node dist/infra/tools/restore/main.js

verify-backup: build ## Restore a backup beside the database and compare every table: FROM=name
	@VERIFY=1 node dist/infra/tools/restore/main.js

##@ Check it

check: build ## What needs no stack: formatting, lint, types, generated files, unit and property tests
	@$(bin)/biome check --error-on-warnings .
	@$(bin)/tsc -p tsconfig.json --noEmit
	@$(bin)/tsc -p tracker/tsconfig.json
	@node dist/schemas/generate.js --check && node dist/dashboards/generate.js --check
	@$(bin)/jest test/unit

test: check ## Everything: check, then integration and end-to-end tests on stacks of their own
	@$(bin)/jest --maxWorkers=2 test/integration test/e2e

bench: build ## Measure: freshness, throughput, memory (long; on a stack of its own)
	@node dist/test/bench/main.js

chaos: build ## Kill and stop parts at random during a load and compare (long; SEED=n)
	@node dist/test/chaos/main.js
	@node dist/test/chaos/sessionize.js
	@node dist/test/chaos/load.js
	@node dist/test/chaos/engine.js

licences: build ## The licence of every package, and whether it may go with Apache-2.0
	@node dist/infra/licences/main.js

sbom: node_modules/.installed ## What the image is made of, as CycloneDX: .local/sbom.cdx.json
	@mkdir -p .local && npm sbom --sbom-format cyclonedx --omit=dev --package-lock-only > .local/sbom.cdx.json && echo 'written to .local/sbom.cdx.json'

audit: node_modules/.installed ## Known faults of packages, asked of npm's registry (what is shipped, then all)
	@npm audit --omit=dev && npm audit --audit-level=high

##@ Work on it

train: node_modules/.installed ## Train the text models: DATA=folder of the sets [ONLY=names], or DATA=labels.csv [NAME=custom] for intents of your own
	@DATA='$(DATA)' ONLY='$(ONLY)' NAME='$(NAME)' DIRECTORY='$(DIRECTORY)' $(bin)/tsx services/enrich/model/train/main.ts

evaluate: node_modules/.installed ## How good the text models are: DATA=folder of the sets [ONLY=names]; accuracy, macro-F1, calibration, the floor beside
	@DATA='$(DATA)' ONLY='$(ONLY)' $(bin)/tsx services/enrich/model/evaluate/main.ts

generate: build ## Write the generated files again (schemas/types.ts, the web tracker's script, the dashboards)
	@node dist/schemas/generate.js && node dist/infra/tools/tracker/main.js && node dist/dashboards/generate.js && $(MAKE) --no-print-directory build

build: node_modules/.installed dist/.built

previous-release: build ## Keep a release's sources for the test of upgrades: REF=v1.2.3 (the newest tag)
	@node dist/test/tools/previous-release/main.js $(REF)

docs: build ## Write docs/ again: the data dictionary, and the answers in the analyst guide
	@node dist/infra/tools/docs/main.js
	@node dist/test/guide/main.js

images: ## Build the container image (needs Docker): IMAGE=customer-dynamics VERSION=local
	@command -v docker >/dev/null 2>&1 || { echo 'There is no docker here: install it, or build infra/Dockerfile with another tool (infra/image/README.md).' >&2; exit 1; }
	@DOCKER_BUILDKIT=1 docker build -f infra/Dockerfile -t $(or $(IMAGE),customer-dynamics):$(or $(VERSION),local) --build-arg VERSION=$(or $(VERSION),local) --build-arg REVISION=$$(git rev-parse HEAD 2>/dev/null || echo unknown) .

capacity: build ## Partitions, cores, memory, disk on paper: EVENTS_PER_SECOND=1000 OPEN_CUSTOMERS=100000 [SKEW=2.2] [FRESHNESS_SECONDS=2]
	@EVENTS_PER_SECOND='$(EVENTS_PER_SECOND)' OPEN_CUSTOMERS='$(OPEN_CUSTOMERS)' SKEW='$(SKEW)' FRESHNESS_SECONDS='$(FRESHNESS_SECONDS)' PEAK_OVER_MEAN='$(PEAK_OVER_MEAN)' CLICKHOUSE_DAYS='$(CLICKHOUSE_DAYS)' node dist/infra/tools/capacity/main.js

chart: build ## Lay the whole Helm chart into .local/chart (topics, rules and dashboards put in); package it where helm is
	@node dist/infra/helm/main.js .local/chart
	@if command -v helm >/dev/null 2>&1; then helm package --destination .local/chart .local/chart/customer-dynamics; fi

##@ Clean up

clean-data: build ## Forget the local stack's data; downloads stay
	@$(stack) clean-data && rm -rf $(STACK_DIR)/replay $(STACK_DIR)/dead-letters

clean: ## Stop the local stack and remove everything that was made or downloaded
	@if [ -e dist/infra/local/cli.js ]; then $(stack) down; fi
	@rm -rf dist node_modules coverage .local

node_modules/.installed: package-lock.json
	@sh infra/check-prerequisites.sh
	@echo 'Installing packages…' >&2
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

dist/.built: node_modules/.installed $(sources) tsconfig.json tsconfig.build.json
	@rm -rf dist && $(bin)/tsc -p tsconfig.build.json && touch $@

.PHONY: $(shell sed -n 's/^\([a-z][a-z-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))
