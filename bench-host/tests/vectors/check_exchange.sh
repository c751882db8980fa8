#!/usr/bin/env bash
# Has the files in exchange/ read by the programs they are for. The tests compare what is written with these files; when
# they change (NINEWIRE_BLESS=1 cargo test -p ninewire --lib exchange), this is to be run again.
# Needs `otava` (pip: apache-otava 0.8) in PATH. What is not there is named as not checked.
set -euo pipefail
cd "$(dirname "$0")/exchange"
failed=0

checked() {
    local name=$1
    shift
    if ! command -v "$1" >/dev/null; then
        echo "not checked: $name: there is no $1 in PATH"
    elif "$@" >/dev/null; then
        echo "ok: $name"
    else
        echo "FAILED: $name"
        failed=1
    fi
}

# The step of a fourth in the made-up history has to be found where it is.
otava_finds() {
    local test
    test=$(sed -n 's/^  \(ninewire-[0-9a-f]*-smoke\):$/\1/p' otava.yaml)
    OTAVA_CONFIG=otava.yaml otava analyze "$test" --since 2001-01-01 | grep -e '-20\.[0-9]%'
}

if command -v otava >/dev/null; then checked "otava" otava_finds; else echo "not checked: otava: it is not in PATH"; fi
checked "benchstat" benchstat bench.txt
# As the action's own loader (a script that sets a global) and its reader of custom results take them.
checked "github-action-benchmark's page" node -e '
    global.window = {};
    require("vm").runInThisContext(require("fs").readFileSync("data.js", "utf8"));
    const data = window.BENCHMARK_DATA;
    for (const [suite, runs] of Object.entries(data.entries)) for (const run of runs) {
        if (!run.commit.id || !run.commit.url || isNaN(new Date(run.commit.timestamp)) || isNaN(new Date(run.date))) throw suite;
        for (const bench of run.benches) if (typeof bench.value !== "number" || !bench.name || !bench.unit) throw suite;
    }'
checked "github-action-benchmark's files" node -e '
    for (const file of ["bigger-is-better.json", "smaller-is-better.json"])
        for (const { name, value, unit, range, extra } of JSON.parse(require("fs").readFileSync(file, "utf8")))
            if (typeof name !== "string" || typeof value !== "number" || typeof unit !== "string") throw file;'
checked "Bencher's metric format" node -e '
    for (const [name, measures] of Object.entries(JSON.parse(require("fs").readFileSync("bmf.json", "utf8")))) {
        if (!name.length || name.length > 1024) throw name;
        for (const [slug, metric] of Object.entries(measures)) {
            if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug) || slug.length > 64 || typeof metric.value !== "number") throw slug;
            for (const field of Object.keys(metric)) if (!["value", "lower_value", "upper_value"].includes(field)) throw field;
            if ("lower_value" in metric && !(metric.lower_value <= metric.value && metric.value <= metric.upper_value)) throw slug;
        }
    }'
exit $failed
