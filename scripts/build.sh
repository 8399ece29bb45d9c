#!/usr/bin/env bash
# Builds every binary and every test once, release, with the import check: a target that imports
# what it did not declare fails here. Trust the exit status, not the last line.
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
restart_interruptible "$@"

cd "$ROOT"
scripts/install.sh
begin_run
run_member swift build "${BUILD_FLAGS[@]}" --build-tests "$@"
