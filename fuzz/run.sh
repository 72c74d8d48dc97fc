#!/usr/bin/env bash
# Every target for SECONDS (default 60): mutations of samples for all, then libFuzzer with coverage for the identifiers.
# Stable Rust: the flags are those of cargo-fuzz without its nightly sanitizers. libFuzzer needs a C++ compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-60}"

cargo run --release --locked -p guiyi-fuzz --bin mutate -- --seconds "$seconds" --seed "${2:-$RANDOM}"

command -v c++ >/dev/null || { echo "libFuzzer needs a C++ compiler: apt-get install g++" >&2; exit 2; }
host="$(rustc -vV | sed -n 's/^host: //p')"
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Ccodegen-units=1 -Cdebug-assertions=on"
cargo build --release --locked -p guiyi-fuzz --bin guided --no-default-features --features guided --target "$host" --target-dir target/fuzz
for name in $(grep -o '"[a-z-]*", "[^"]*", "[^"]*";$' crates/guiyi-ident/src/kind.rs | cut -d'"' -f2) any-kind; do
    mkdir -p "target/fuzz/corpus/$name"
    GUIYI_FUZZ_TARGET="$name" "target/fuzz/$host/release/guided" "target/fuzz/corpus/$name" \
        -max_total_time="$seconds" -max_len=64 -artifact_prefix="target/fuzz/$name-" -print_final_stats=1 2>&1 |
        grep -E "stat::number_of_executed|SUMMARY|panicked|Test unit" | sed "s/^/$name: /"
done
