#!/usr/bin/env python3
"""Runs the program over the gold articles and holds the scores against their floors, which only rise.

    python3 tests/scores.py        after cargo build --release, with ../shared beside the repository
"""
import os
import re
import subprocess
import sys
import tempfile

SHARED = os.path.join("..", "shared")
SCORE = os.path.join(SHARED, "tools", "score.py")
# gold file, what is scored, flags, the row of the score, its floor
FLOORS = [
    ("relations.dev", "relations", [], "strict", 0.55),
    ("relations.dev", "relations", [], "lenient", 0.60),
    ("names.dev", "ner", ["--fine", "--types", "all", "--entities"], "micro, exact span", 0.875),
    ("ner.worldwide.dev", "ner", [], "micro, exact span", 0.78),
    ("ner.crossner_politics.dev", "ner", [], "micro, exact span", 0.80),
    ("quotes.polnear.dev", "quotes", [], "triple", 0.59),
]


def main():
    program = os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release", "dateline")
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        done = set()
        for gold, what, flags, row, floor in FLOORS:
            path, out = os.path.join(SHARED, "gold", gold + ".jsonl"), os.path.join(folder, gold)
            if gold not in done:
                articles = subprocess.run([sys.executable, SCORE, "input", path], check=True, capture_output=True).stdout
                with open(out + ".jsonl", "wb") as f:
                    f.write(articles)
                subprocess.run([program, "-q", "run", out + ".jsonl", "--out", out, "--format", "jsonl"], check=True)
                done.add(gold)
            text = subprocess.run([sys.executable, SCORE, what, path, out, *flags], check=True, capture_output=True, text=True).stdout
            found = re.search(rf"^{re.escape(row)} .*F1 ([0-9.]+)", text, re.M)
            score = float(found.group(1))
            good = score >= floor
            failed += not good
            print(f"{gold:<28} {row:<18} F1 {score:.3f}  floor {floor:.3f}  {'ok' if good else 'BELOW'}")
    print(f"{len(FLOORS) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
