"""bench/run: the sidecar beside no-op servers, in one run."""

import argparse
import shutil
import signal
import sys
import tempfile

import report
import scenarios
import stage
from load import Load
from machine import Missing, say
from parts import PARTS


def arguments():
    parser = argparse.ArgumentParser(prog="bench/run", description="Measures the sidecar beside servers that decide nothing, in one run; writes bench/results/*.json and docs/performance.md. Ratios within one run are what counts: absolute times are the machine's.")
    parser.add_argument("--quick", action="store_true", help="one minute: CPU per check and added latency only; writes nothing")
    parser.add_argument("--rounds", type=int, default=3, help="how often each figure is taken, the servers in turn (default 3)")
    parser.add_argument("--only", metavar="NAME,…", help=f"only these parts; writes nothing: {', '.join(PARTS)}")
    parser.add_argument("--peer", metavar="NAME=HOST:PORT", action="append", default=[], help="an ext_authz gRPC server of yours that runs, to be measured too; it has to allow GET /v1/cases")
    parser.add_argument("--ten-million", action="store_true", help="also fill Redis with 10,000,000 keys (gigabytes)")
    parser.add_argument("--slowed", metavar="MICROS", type=float, default=0, help="let each check of the sidecar spin for so many microseconds, to see that it shows; writes nothing (needs a JDK 24 or newer)")
    parser.add_argument("--java-opts", default="", help="more options for the sidecar's JVM")
    return parser.parse_args()


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # else what it has started would outlive it
    folder = tempfile.mkdtemp(prefix="latchkey-bench-")
    here = None
    try:
        rust = stage.build_rust()
        stage.build_product()
        here = stage.Stage(folder, rust)
        run = scenarios.Run(here, Load(rust, here.path("keys")), options)
        if options.quick:
            run.quick()
        else:
            results = run.whole()
            if not options.slowed and not options.only:
                report.write(results)
            print(report.tables(results))
            for bar in report.bars(results):
                print(f"{bar.verdict:12} {bar.what}: {bar.figure} ({bar.promised})")
        return 0
    except Missing as missing:
        say(f"bench: {missing}")
        return 1
    except (RuntimeError, TimeoutError) as failure:
        say(f"bench: {failure}")
        for process in here.processes if here else []:
            say(f"--- {process.name}\n{process.tail()}")
        return 1
    finally:
        if here:
            here.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
