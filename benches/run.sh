#!/usr/bin/env bash
# Runs the whole binary on a folder or file of articles, one thread; prints words and MB a CPU second and peak memory.
#   benches/run.sh INPUT...
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
python3 - "$out" "$@" <<'PY'
import json, os, re, resource, subprocess, sys
out, inputs = sys.argv[1], sys.argv[2:]
run = ["target/release/dateline", "-v", "run", *inputs, "--out", out, "--threads", "1", "--format", "jsonl"]
log = subprocess.run(run, check=True, capture_output=True, text=True).stderr
use = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = use.ru_utime + use.ru_stime
words = size = articles = 0
with open(os.path.join(out, "articles.jsonl"), encoding="utf-8") as rows:
    for row in rows:
        text = json.loads(row)["text"]
        words, size, articles = words + len(text.split()), size + len(text.encode()), articles + 1
print(f"{articles} articles, {words} words, {cpu:.1f} CPU s: {words / cpu:.0f} words and {size / cpu / 1e6:.2f} MB a CPU s, peak {use.ru_maxrss / 1024:.0f} MB")
stages = dict(re.findall(r"(\w+): ([\d.]+) s$", log, re.M))
print(", ".join(f"{k} {v} s" for k, v in stages.items()))
PY
