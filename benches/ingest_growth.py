#!/usr/bin/env python3
"""Does a run of `dateline ingest` cost what is new, or what has been? 24 hourly runs over small articles of our own making.

    python3 benches/ingest_growth.py target/release/dateline WORK [articles in all]

Writes docs/ingest_growth.csv (a row a run) and docs/ingest_growth.svg. WORK is a folder for inputs and tables; it is made and left.
"""
import csv
import datetime
import json
import os
import random
import subprocess
import sys
import time

HOURS = 24
PEOPLE = "Amina Okoye,Jonas Berg,Lucía Ferrer,Tomasz Wilk,Priya Raman,Henrik Solberg,Mei Tanaka,Omar Haddad".split(",")
BODIES = "the ministry of transport,Norway,Kenya,the port authority,the European Union,the city council,Chile,the union".split(",")
DEEDS = (
    "banned the import of used tyres,denied that the bridge was unsafe,accused the harbour company of fraud,"
    "met union leaders to end the strike,demanded that the dam be inspected,confirmed that two ferries had collided,"
    "rejected a plan for a new runway,warned of floods in the delta,promised to pay the farmers,fined the mine's owner"
).split(",")
THINGS = "bridge,dam,ferry,school,road,harbour,market,forest,canal,tunnel,mine,library,airport,clinic,railway,well".split(",")


def article(dice, number, day):
    pick = dice.choice
    said = " ".join(
        f"{pick(PEOPLE)} said that {pick(BODIES)} {pick(DEEDS)}, and that the {pick(THINGS)} and the {pick(THINGS)} "
        f"would cost {dice.randrange(2, 900)} million."
        for _ in range(3)
    )
    return {
        "id": f"g{number}",
        "title": f"The {pick(THINGS)} and the {pick(THINGS)}",
        "date": day,
        "source": f"Paper {number % 7}",
        "text": f"{pick(BODIES).capitalize()} {pick(DEEDS)} on Monday. {said}",
    }


def run(dateline, work, hour, articles, dice):
    # Most are of the day, some late.
    days = [str(datetime.date(2024, 5, 6) - datetime.timedelta(days=d)) for d in range(4)]
    path = os.path.join(work, "in", f"{hour:02}.jsonl")
    with open(path, "w", encoding="utf-8") as out:
        for n in range(articles):
            day = days[0] if dice.random() < 0.9 else dice.choice(days)
            out.write(json.dumps(article(dice, hour * articles + n, day)) + "\n")
    out = os.path.join(work, "out")
    begin = time.monotonic()
    process = subprocess.Popen([dateline, "ingest", os.path.join(work, "in"), "--out", out, "--quiet"])
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begin
    if status != 0:
        sys.exit(f"run {hour} ended with {os.waitstatus_to_exitcode(status)}")
    with open(os.path.join(out, "_dateline", "run.json"), encoding="utf-8") as file:
        last = json.load(file)
    known = [entry.stat().st_size for entry in os.scandir(os.path.join(out, "_dateline", "state")) if entry.name.startswith("known")]
    files = sum(len(names) for folder, _, names in os.walk(out) if "date=" in folder)
    return {
        "run": hour + 1,
        "new_articles": last["articles"],
        "seconds": round(seconds, 2),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": round(usage.ru_maxrss / 1024),
        "state_mb": round(last["state_bytes"] / 1e6, 2),
        "for_good_mb": round(sum(known) / 1e6, 2),
        "files": files,
    }


def plot(rows, path):
    """Lines of CPU seconds, memory and state a run, each against its own greatest value."""
    width, height, left, top = 720, 320, 50, 30
    series = [("cpu_seconds", "CPU seconds a run", "#1b6ca8"), ("peak_mb", "peak memory, MB", "#c0392b")]
    series.append(("state_mb", "state in all, MB", "#2e8b57"))
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<path d="M{left} {top}V{height - 40}H{width - 20}" stroke="#333" fill="none"/>',
        f'<text x="{width / 2}" y="{height - 10}" text-anchor="middle">hourly run</text>',
    ]
    for n, (key, label, colour) in enumerate(series):
        values = [row[key] for row in rows]
        most = max(values) or 1
        step = (width - 20 - left) / max(len(rows) - 1, 1)
        points = " ".join(
            f"{left + i * step:.1f},{height - 40 - v / most * (height - 80 - top):.1f}" for i, v in enumerate(values)
        )
        svg.append(f'<polyline points="{points}" stroke="{colour}" stroke-width="2" fill="none"/>')
        svg.append(f'<text x="{left + 10 + n * 220}" y="{top - 10}" fill="{colour}">{label} (top: {most:g})</text>')
    svg.append("</svg>\n")
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(svg))


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    dateline, work = sys.argv[1:3]
    articles = int(sys.argv[3]) if len(sys.argv) > 3 else 200_000
    docs = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs")
    os.makedirs(os.path.join(work, "in"))
    dice = random.Random(6)
    rows = []
    for hour in range(HOURS):
        rows.append(run(dateline, work, hour, articles // HOURS, dice))
        print(rows[-1], flush=True)
    with open(os.path.join(docs, "ingest_growth.csv"), "w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    plot(rows, os.path.join(docs, "ingest_growth.svg"))


if __name__ == "__main__":
    main()
