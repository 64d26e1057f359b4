#!/usr/bin/env python3
"""What cleaning takes out of articles, line by line, against a gold of lines that a reader would take out.

    python3 tests/cleaning.py [--show]        after cargo build --release, with ../shared beside the repository

The gold, tests/cleaning.jsonl, has no text: the article's id, a hash of its body, and numbers of lines. Lines to `skip` are
notes of correction and posts that are quoted: they may stay or go. Rules were made on the articles of `tune`, those of
`measure` were drawn and annotated afterwards.
"""
import collections
import gzip
import hashlib
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TEXT = os.path.join(HERE, "..", "..", "shared", "data", "text")
FILES = ["allsides.jsonl.zst", "fnc1.jsonl.gz", "giveme5w1h.jsonl.gz"]
FLOORS = {"tune": 0.91, "measure": 0.80}


def articles(gold):
    """The articles of the gold; some ids stand over several texts."""
    for name in FILES:
        path = os.path.join(TEXT, name)
        if name.endswith(".zst"):
            data = subprocess.run(["zstd", "-dc", path], check=True, capture_output=True).stdout
        else:
            data = gzip.open(path).read()
        for line in data.splitlines():
            article = json.loads(line)
            g = gold.get(article["id"])
            if g and hashlib.sha256(article["body"].encode()).hexdigest()[:16] == g["sha256"]:
                yield article


def letters(text):
    """Of a line, what repairing characters leaves alone."""
    return "".join(c for c in text if c.isascii() and c.isalnum())


def removed(sources):
    program = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(HERE, "..", "target")), "release", "dateline")
    with tempfile.TemporaryDirectory() as folder:
        path, out = os.path.join(folder, "in.jsonl"), os.path.join(folder, "out")
        with open(path, "w", encoding="utf-8") as f:
            for s in sources:
                f.write(json.dumps({"id": s["id"], "title": s["title"], "text": s["body"]}) + "\n")
        subprocess.run([program, "-q", "run", path, "--out", out, "--format", "jsonl", "--tables", "articles"], check=True)
        with open(os.path.join(out, "articles.jsonl"), encoding="utf-8") as rows:
            rows = [json.loads(row) for row in rows]
    return {row["source_id"]: collections.Counter(letters(r.split(": ", 1)[1]) for r in row["removed"] or []) for row in rows}


def main():
    with open(os.path.join(HERE, "cleaning.jsonl"), encoding="utf-8") as f:
        gold = {g["id"]: g for g in map(json.loads, f)}
    sources = list({a["id"]: a for a in articles(gold)}.values())
    if len(sources) < len(gold):
        sys.exit(f"only {len(sources)} of {len(gold)} articles are there as they were annotated")
    gone = removed(sources)
    counts = collections.defaultdict(collections.Counter)
    for source in sources:
        g = gold[source["id"]]
        for number, line in enumerate(source["body"].split("\n")):
            if not line.strip():
                continue
            took = gone[source["id"]][letters(line)] > 0
            gone[source["id"]][letters(line)] -= took
            if number in g["skip"]:
                continue
            want = number in g["remove"]
            kind = {(True, True): "hit", (True, False): "missed", (False, True): "wrong", (False, False): "kept"}[want, took]
            counts[g["split"]][kind] += 1
            if kind in ("missed", "wrong") and "--show" in sys.argv:
                print(f"{kind} {source['id']} {number}: {line[:300]}")
    failed = False
    for split, c in sorted(counts.items()):
        p, r = c["hit"] / max(1, c["hit"] + c["wrong"]), c["hit"] / max(1, c["hit"] + c["missed"])
        f1 = 2 * p * r / max(1e-9, p + r)
        failed |= f1 < FLOORS[split]
        print(f"{split}: {sum(c.values())} lines, {c['hit'] + c['missed']} to remove: F1 {f1:.3f} (precision {p:.3f}, recall {r:.3f}), floor {FLOORS[split]}")
    sys.exit(failed)


main()
