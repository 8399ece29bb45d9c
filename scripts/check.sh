#!/usr/bin/env bash
# Everything that can be said about the code without running it. All checks run, each prints what it
# found, and one finding anywhere fails the whole.
set -euo pipefail

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
restart_interruptible "$@"

cd "$ROOT"
scripts/install.sh
begin_run

# Format and the rules of .swift-format: no force unwrap outside Tests, which has its own.
check_format() {
    run_member swift format lint --strict --parallel --recursive Package.swift Sources Tests
}

# Layers, keys, sizes, and the like; first that the checker itself finds what it should.
check_house_rules() {
    python3 scripts/check_source_test.py 2>"$RUN_DIR/tmp/check_source_test.log" || {
        cat "$RUN_DIR/tmp/check_source_test.log"
        return 1
    }
    run_member python3 -B scripts/check_source.py .
}

# Scripts parse; where shellcheck is installed, it has nothing to say either.
check_scripts() {
    local script
    for script in scripts/*.sh .ci/run; do bash -n "$script" || return 1; done
    if command -v shellcheck >/dev/null; then
        shellcheck --external-sources scripts/*.sh .ci/run
    else
        say "shellcheck is not installed: only the syntax of the scripts was checked"
    fi
}

# Compiles everything; warnings are errors (Package.swift), an import that is not declared is one too
# (BUILD_FLAGS). The tests and the demo use this build.
check_build() {
    run_member swift build "${BUILD_FLAGS[@]}" --build-tests
}

# What the drivers carry are the scripts of Sources/RedisDriver/Scripts.
check_embedded() {
    run_member scripts/embed-scripts.sh --check
}

# Documents that are printed from code say what the code says.
check_generated() {
    local bin
    bin=$(swift build "${BUILD_FLAGS[@]}" --show-bin-path) || return 1
    run_member "$bin/fleet" docs states >"$RUN_DIR/tmp/states.md" || return 1
    diff -u --label docs/states.md --label "fleet docs states" docs/states.md \
        "$RUN_DIR/tmp/states.md" || {
        say "docs/states.md is out of date: fleet docs states > docs/states.md"
        return 1
    }
}

# Alert rules, dashboard and manifests: in shape, and about metrics that the exporter has. Alerts fire
# when they should, no container gets a variable that stops its process, documents name what there is.
check_deploy() {
    {
        promtool check rules deploy/prometheus/alerts.yml &&
            promtool check config deploy/prometheus/prometheus.yml &&
            promtool test rules deploy/prometheus/alerts_test.yml
    } >"$RUN_DIR/tmp/promtool.log" 2>&1 || {
        cat "$RUN_DIR/tmp/promtool.log"
        return 1
    }
    local check
    for check in check_metrics.py "kubernetes.py --check" check_deploy.py; do
        # shellcheck disable=SC2086  # a script and its argument
        run_member python3 -B scripts/$check || return 1
    done
}

failed=()
run_check() {
    local check=$1 title=$2 began=$SECONDS
    say "check: $title"
    if "$check"; then
        say "check: $title: fine ($((SECONDS - began)) s)"
    else
        say "check: $title: FAILED"
        failed+=("$title")
    fi
}

run_check check_house_rules "house rules"
run_check check_scripts "scripts"
run_check check_format "format"
run_check check_embedded "embedded scripts"
run_check check_deploy "alerts, dashboard, manifests, documents of deploy"
run_check check_build "build, warnings and undeclared imports"
run_check check_generated "generated documents"

if ((${#failed[@]})); then
    fail "failed: $(printf '%s; ' "${failed[@]}")"
    exit 1
fi
