#!/usr/bin/env python3
"""The text of pages, and what it costs, side by side with trafilatura.

    pip install trafilatura lxml_html_clean
    python3 benches/pages.py FOLDER        after cargo build --release

FOLDER holds pages as article-extraction-benchmark has them: ID.html.gz, and ground-truth.json with the articleBody of each.
F1 is that benchmark's: of runs of four words, from the means of precision and recall over the pages. Both unpack, read and
extract on one thread; the best of three rounds counts.
"""
import collections
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import time


def shingles(text):
    words = re.findall(r"\w+", text)
    return collections.Counter(tuple(words[n : n + 4]) for n in range(max(1, len(words) - 3)))


def f1(gold, texts):
    precision, recall = 0.0, 0.0
    for page, want in gold.items():
        want, got = shingles(want), shingles(texts.get(page, ""))
        hits = sum((want & got).values())
        precision += hits / max(1, sum(got.values())) / len(gold)
        recall += hits / max(1, sum(want.values())) / len(gold)
    return f"F1 {2 * precision * recall / (precision + recall):.3f} (precision {precision:.3f}, recall {recall:.3f})"


def dateline(paths):
    program = os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release", "dateline")
    with tempfile.TemporaryDirectory() as out:
        run = [program, "-v", "run", *paths, "--out", out, "--threads", "1", "--format", "jsonl", "--tables", "articles"]
        log = subprocess.run(run + ["--max-reject-rate", "1"], check=True, capture_output=True, text=True).stderr
        seconds = sum(float(s) for s in re.findall(r"(?:read|clean): ([\d.]+) s$", log, re.M))
        with open(os.path.join(out, "articles.jsonl"), encoding="utf-8") as rows:
            rows = [json.loads(row) for row in rows]
    return {row["input_file"]: row["text"].removeprefix(row["title"]) for row in rows}, seconds


def trafilatura(paths):
    from trafilatura import extract

    clock, texts = time.process_time(), {}
    for path in paths:
        texts[path] = extract(gzip.open(path).read()) or ""
    return texts, time.process_time() - clock


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, "ground-truth.json"), encoding="utf-8") as f:
        gold = {os.path.join(folder, page + ".html.gz"): g["articleBody"] for page, g in json.load(f).items()}
    paths = sorted(gold)
    for name, read in [("dateline", dateline), ("trafilatura", trafilatura)]:
        rounds = [read(paths) for _ in range(3)]
        seconds = min(s for _, s in rounds)
        print(f"{name}: {f1(gold, rounds[0][0])}, {len(paths) / seconds:.0f} pages a second")


main()
