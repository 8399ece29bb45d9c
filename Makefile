# The commands of the project. Each target is one script, so that everything can also be run, read
# and tested without make.
#
# A script notices when this make is killed (MAKELEVEL tells it that make is its parent) and stops
# what it started. make itself passes on only SIGTERM: interrupt the process group, as Ctrl-C does.

.DEFAULT_GOAL := help
.PHONY: help install build check test test-tsan demo bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## install the missing Debian packages of deploy/packages.txt
	@scripts/install.sh

build: ## build every binary and test, release
	@scripts/build.sh

check: ## format, layers, imports, house rules, generated documents
	@scripts/check.sh

test: ## check, then the four rings of tests, each with its time
	@scripts/test.sh

test-tsan: ## the unit and simulation rings once more under the thread sanitizer
	@scripts/test.sh --tsan

demo: ## install, build, run the fleet on recorded trades, print the table
	@scripts/demo.sh

bench: ## fills and closes a second against the raw limit of Redis, a mixed load, resting stops, memory
	@scripts/bench.sh

clean: ## remove what builds leave and what killed runs left
	@scripts/clean.sh
