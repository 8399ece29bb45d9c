#!/usr/bin/env bash
# Removes what builds leave and what killed runs left.
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

"$ROOT/scripts/sweep.sh"
rm -rf -- "${ORDERFLEET_SCRATCH:-$ROOT/.build}" "$ROOT/.swiftpm" "$ROOT/scripts/__pycache__"
