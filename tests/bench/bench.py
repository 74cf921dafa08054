"""Measures the server; see README.md, "How fast it is". To be started by tests/bench/run."""
import argparse
import json
import os
import time
from pathlib import Path

import sections
import servers
from report import markdown, write_readme


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__)
    parser.add_argument("section", nargs="*", help=f"one or more of {', '.join(sections.SECTIONS)}; without any: "
                                                   f"{', '.join(sections.USUAL)}")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts (3)")
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement (3)")
    parser.add_argument("--deep", action="store_true", help="ten million messages, too")
    parser.add_argument("--peer", choices=["azurite"], help="with the section peer")
    parser.add_argument("--quick", action="store_true", help="only shows that it runs: one round, small queues")
    parser.add_argument("--readme", action="store_true", help="README gets the tables")
    parser.add_argument("--json", type=Path, metavar="FILE", help="writes the figures there, too")
    options = parser.parse_args()
    wanted = options.section or sections.USUAL
    for name in wanted:
        if name not in sections.SECTIONS:
            parser.error(f"there is no section '{name}'; there are {', '.join(sections.SECTIONS)}")
    if options.peer and "peer" not in wanted:
        wanted = [*wanted, "peer"]
    if options.quick:
        options.rounds, options.seconds, servers.TRIES = 1, 0.3, 1

    autogroup = Path("/proc/sys/kernel/sched_autogroup_enabled")
    if os.cpu_count() < 2:
        print("There is one core only: server and generator share it, which makes all ratios worse.\n")
    if autogroup.exists() and autogroup.read_text().strip() == "1":
        print("The kernel groups processes by session, so that other work on this machine counts in full "
              "(sched_autogroup_enabled).\n")
    bench = sections.Bench(options)
    began = time.monotonic()
    for name in wanted:
        sections.SECTIONS[name](bench)
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "?")
    how = (f"{time.strftime('%Y-%m-%d', time.gmtime())}, {os.cpu_count()} cores of {model}, {options.rounds} round(s) "
           f"of {options.seconds:g} s, {time.monotonic() - began:.0f} s in all. `*`: others used more than "
           f"{servers.MOST_FOREIGN:.0%} of the machine; `g`: the generator was at its limit.")
    print(f"{how}\n\n{markdown(bench)}")
    if options.readme:
        write_readme(how, bench)
    if options.json:
        options.json.write_text(json.dumps({"figures": bench.figures, "rows": bench.rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
