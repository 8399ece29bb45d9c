#!/usr/bin/env bash
# Puts the sources of the server-side scripts into Swift, since a binary carries no files of its own.
# With --check it writes nothing and fails where the embedded sources are not those of the scripts.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
scripts=$root/Sources/RedisDriver/Scripts
target=$root/Sources/RedisDriver/Stores/ScriptSources.swift

# One script a line, whole, so that line numbers in errors are those of the file.
embedded() {
    local file name source
    cat <<'SWIFT'
// Made by scripts/embed-scripts.sh from Sources/RedisDriver/Scripts. Change those and run it again.
// swift-format-ignore-file

/// The sources of the server-side scripts, by the names of their files.
enum ScriptSources {
SWIFT
    # The order of the C locale is the same everywhere.
    for file in $(cd "$scripts" && LC_ALL=C ls -- *.lua); do
        name=$(sed -E 's/_(.)/\U\1/g' <<<"${file%.lua}")
        if grep -q '"#' "$scripts/$file"; then
            printf '%s: holds the end of a raw literal\n' "$file" >&2
            return 1
        fi
        source=$(sed -z 's/\n/\\#n/g' "$scripts/$file")
        printf '    static let %s = #"%s"#\n' "$name" "$source"
    done
    printf '}\n'
}

if [[ ${1:-} == --check ]]; then
    diff -u --label "${target#"$root"/}" --label "Sources/RedisDriver/Scripts" \
        "$target" <(embedded) || {
        printf 'the embedded scripts are out of date: scripts/embed-scripts.sh\n' >&2
        exit 1
    }
elif [[ $# -gt 0 ]]; then
    printf 'usage: scripts/embed-scripts.sh [--check]\n' >&2
    exit 2
else
    fresh=$(embedded)
    printf '%s\n' "$fresh" >"$target"
fi
