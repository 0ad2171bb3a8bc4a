#!/usr/bin/env bash
# Runs every fuzz target for some seconds: test/fuzz/run.sh SECONDS [TARGET...]
#
# One line per target, `ok NAME ...` or `FAIL NAME ...`. A target fails on any crash, on an input
# that takes longer than a second, and above 256 MiB; the canaries fail when they do NOT crash. Inputs
# that reach new code are kept in build/fuzz/corpus, crashes in build/fuzz/crashes.
set -uo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
seconds=${1:?usage: test/fuzz/run.sh SECONDS [TARGET...]}
shift
bin=${QUORATE_FUZZ_BIN:-$repository/build/fuzz/bin}
work=$repository/build/fuzz
# A small quarantine: freed memory that is kept for detection counts towards the limit.
export ASAN_OPTIONS=quarantine_size_mb=8:malloc_context_size=8:detect_stack_use_after_return=1:handle_abort=1
export UBSAN_OPTIONS=print_stacktrace=1

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for program in "$bin"/fuzz_*; do
    [ -x "$program" ] && targets+=("$(basename "$program" | sed 's/^fuzz_//')")
  done
fi
if [ ${#targets[@]} -eq 0 ]; then
  echo "FAIL no fuzz targets in $bin"
  exit 1
fi

"$repository/test/fuzz/write_seeds.py" "$work/seeds" || exit 1
failed=0
for target in "${targets[@]}"; do
  corpus=$work/corpus/$target
  crashes=$work/crashes/$target
  log=$work/$target.log
  rm -rf "$crashes"
  mkdir -p "$corpus" "$crashes"
  seeds=()
  for folder in "$work/seeds/$target" "$repository/test/fuzz/seeds/$target"; do
    [ -d "$folder" ] && seeds+=("$folder")
  done
  "$bin/fuzz_$target" -max_total_time="$seconds" -timeout=1 -rss_limit_mb=256 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="$crashes/" "$corpus" "${seeds[@]}" >"$log" 2>&1
  status=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
  peak=$(sed -n 's/^stat::peak_rss_mb: *//p' "$log" | tail -1)
  if [[ "$target" = canary* ]]; then
    # Only the planted bug counts, not a target that fails to start.
    if grep -q 'heap-buffer-overflow' "$log"; then
      echo "ok $target: the planted bug was found"
    else
      echo "FAIL $target: the planted bug was not found in $seconds s (exit status $status); see $log"
      failed=1
    fi
    rm -rf "$corpus"
  elif [ $status -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
    echo "ok $target: $runs runs, peak $peak MiB"
  else
    echo "FAIL $target: exit status $status; see $log and $crashes"
    failed=1
  fi
done
exit $failed
