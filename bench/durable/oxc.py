#!/usr/bin/env python3
"""Figures of the whole command: durable steps, recovery, sleepers, start-up. Part of bench/run.

    bench/durable/oxc.py [rates] [recovery] [live] [sleepers] [hello] [--oxc PATH] [--folder DIR]

Everything happens below DIR (default /dev/shm, so that it is software that is measured and not a
disk). Needs a release build of oxc. Prints rows of Markdown tables.
"""
import argparse, os, pathlib, shutil, signal, statistics, subprocess, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))

# A step: an activity in this process. Its request is durable before it starts, its answer before
# the next request leaves.
STEPS = """(require '[ox.env :as env])
(let [n (parse-long (first *command-line-args*)) t (inst-ms (now))]
  (dotimes [_ n] (env/get "HOME"))
  (println (long (/ (* n 1000) (- (inst-ms (now)) t)))))
"""

MANY = """(require '[ox.env :as env])
(defn work [n to] (dotimes [_ n] (env/get "HOME")) (send to :done))
(let [processes (parse-long (first *command-line-args*)) n (parse-long (second *command-line-args*)) t (inst-ms (now))]
  (dotimes [_ processes] (spawn work n (self)))
  (dotimes [_ processes] (receive :done nil))
  (println (long (/ (* processes n 1000) (- (inst-ms (now)) t)))))
"""

# Steps, then a line, then lines for ever: a line after `resume` is a step that was taken after it.
GOES_ON = """(require '[ox.env :as env])
(defn double [s n] (if (pos? n) (double (str s s) (dec n)) s))
(defn hold [to] (let [held (double "0123456789abcdef" 22)] (send to :held) (receive :never nil) (count held)))
(let [n (parse-long (first *command-line-args*)) beside (parse-long (second *command-line-args*))
      entries (parse-long (nth *command-line-args* 2))
      live (loop [i 0 m {}] (if (< i entries) (recur (inc i) (assoc m i i)) m))]
  (dotimes [_ beside] (spawn hold (self)) (receive :held nil) (env/get "HOME"))
  ; What it takes to store these is not what is measured.
  (when (pos? beside) (sleep 5000))
  (dotimes [_ n] (env/get "HOME"))
  (println "ready")
  (loop [i 0] (env/get "HOME") (println i) (sleep 20) (recur (+ i (quot (count live) (inc (count live))) 1))))
"""

SLEEPERS = """(defn idle [to] (send to :there) (sleep 3600000))
(let [n (parse-long (first *command-line-args*)) t (inst-ms (now))]
  (dotimes [_ n] (spawn idle (self)))
  (dotimes [_ n] (receive :there nil))
  (println (- (inst-ms (now)) t))
  (sleep 3600000))
"""


class Run:
    """A script in a folder of its own."""

    def __init__(self, oxc, folder, text):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
        self.oxc = oxc
        # What oxc keeps outside of projects is kept here too.
        self.environment = dict(os.environ, XDG_STATE_HOME=str(self.folder / "state"), XDG_CACHE_HOME=str(self.folder / "cache"))
        (self.folder / "x.ox").write_text(text)

    def run(self, *args):
        """What it prints; and the bytes that a run of this script left."""
        done = subprocess.run([self.oxc, "run", "x.ox", "--", *map(str, args)], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, check=True)
        return done.stdout.decode().strip()

    def start(self, *args):
        return subprocess.Popen([self.oxc, *map(str, args)], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def kill(self, process):
        """Kills it; the last line that it has said and nobody has read yet."""
        process.send_signal(signal.SIGKILL)
        process.wait()
        lines = process.stdout.read().splitlines()
        process.stdout.close()
        return lines[-1] if lines else None

    def size(self):
        """Bytes of the files, as their blocks take room."""
        return sum(512 * f.stat().st_blocks for f in self.folder.rglob("*") if f.is_file())

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def row(*cells):
    return "| " + " | ".join(map(str, cells)) + " |"


def head(*cells):
    return ["", row(*cells), "|" + "---|" * len(cells)]


def rates(oxc, folder):
    yield from head("durable steps, on tmpfs", "steps/s (median)", "of", "bar", "aim")
    one = Run(oxc, folder, STEPS)
    found = [int(one.run(30_000)) for _ in range(3)]
    yield row("one process, 30,000 steps", f"{statistics.median(found):,}", found, "3,000", "10,000")
    one.close()
    many = Run(oxc, folder, MANY)
    found = [int(many.run(1_000, 200)) for _ in range(3)]
    yield row("1,000 processes, 200 steps each", f"{statistics.median(found):,}", found, "30,000", "100,000")
    many.close()


def resumed(run, rounds, pid=1):
    """Milliseconds from exec to the next line, of some kills."""
    return resumed_in_turn([(run, pid)], rounds)[0]


def resumed_in_turn(runs, rounds):
    """The same of some runs, which take turns, so that all meet the same machine."""
    def number_in(line):
        return int(line) if line.strip().isdigit() else -1

    times = [[] for _ in runs]
    said = [-1 for _ in runs]
    for _ in range(rounds + 1):
        for index, (run, pid) in enumerate(runs):
            begun = time.perf_counter()
            process = run.start("resume", pid)
            # What one commit let out may come again, before anything is read: that is no step.
            while number_in(process.stdout.readline()) <= said[index]:
                pass
            # Of the first time it is not known what was said before.
            if said[index] >= 0:
                times[index].append((time.perf_counter() - begun) * 1000)
            last = number_in(process.stdout.readline())
            said[index] = max(last, number_in(run.kill(process) or b""))
    return times


def killed(oxc, folder, steps, beside=0, entries=0, run=None):
    """A run that was killed after that many steps; in the folder of another run if one is given."""
    run = run or Run(oxc, folder, GOES_ON)
    process = run.start("run", "x.ox", "--", steps, beside, entries)
    assert process.stdout.readline() == b"ready\n"
    process.stdout.readline()
    run.kill(process)
    return run


def recovery(oxc, folder):
    yield from head("from exec to the next step, after SIGKILL", "room of the files", "median ms", "of")
    ratios = []
    for what, beside in [("", 0), (", 2 GB of other processes in the store", 32)]:
        runs = [killed(oxc, folder, steps, beside) for steps in (10, 100_000)]
        yield from compared([(run, 1) for run in runs], what, ratios)
        for run in runs:
            run.close()
    # The same, with a store of that size beside it that another run has left.
    run = killed(oxc, folder, 10, 32)
    for steps in (10, 100_000):
        killed(oxc, folder, steps, run=run)
    yield from compared([(run, 2), (run, 3)], ", a store of 2 GB beside", ratios)
    run.close()
    yield ""
    alone, within, beside = (f"{ratio:.2f}" for ratio in ratios)
    yield f"t(100,000)/t(10) = {alone}; with 2 GB in the same store {within}; with 2 GB beside {beside} (bar: 1.1, and 150 ms)."


def compared(runs, what, ratios):
    """Rows of a run killed after 10 steps and one after 100,000; adds the ratio of their times."""
    medians = []
    for (run, _), times, steps in zip(runs, resumed_in_turn(runs, 25), (10, 100_000)):
        medians.append(statistics.median(times))
        yield row(f"{steps:,} steps{what}", f"{run.size() >> 20} MB", f"{medians[-1]:.1f}", f"{min(times):.1f} to {max(times):.1f}")
    ratios.append(medians[1] / medians[0])


def live(oxc, folder):
    yield from head("resume of live state", "memory of the process", "median ms", "MB/s beyond an empty one's")
    small = killed(oxc, folder, 10)
    base = statistics.median(resumed(small, 7))
    small.close()
    yield row("nothing", "0 MB", f"{base:.1f}", "")
    for entries in (500_000, 2_000_000, 5_000_000):
        run = killed(oxc, folder, 10, 0, entries)
        # Of a map of integers an entry takes 21.4 bytes: 107 MB for five million.
        size = entries * 21.4 / 1e6
        median = statistics.median(resumed(run, 5))
        yield row(f"a map of {entries:,} entries", f"{size:.0f} MB", f"{median:.0f}", f"{1000 * size / (median - base):.0f}")
        run.close()


def memory(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])


def sleepers(oxc, folder):
    yield from head("sleeping processes", "ms until all sleep", "memory of oxc", "beyond none", "bytes a process")
    none = None
    for count in (0, 10_000, 100_000):
        run = Run(oxc, folder, SLEEPERS)
        process = run.start("run", "x.ox", "--", count)
        took = int(process.stdout.readline())
        # They leave memory with the commits that follow.
        least, quiet = memory(process.pid), 0
        while quiet < 15:
            time.sleep(0.1)
            now = memory(process.pid)
            quiet = quiet + 1 if now >= least else 0
            least = min(least, now)
        run.kill(process)
        run.close()
        none = least if none is None else none
        each = f"{(least - none) * 1024 // count}" if count else ""
        yield row(f"{count:,}", took, f"{least / 1024:.1f} MB", f"{(least - none) / 1024:.1f} MB", each)


def hello(oxc, folder):
    yield from head("start-up of `hello`, wall clock, exec to exit", "median ms", "bar", "aim")
    run = Run(oxc, folder, '(println "hello")\n')
    run.run()
    for options in ([], ["--ephemeral"]):
        times = []
        for _ in range(31):
            begun = time.perf_counter()
            subprocess.run([oxc, "run", *options, "x.ox"], cwd=run.folder, env=run.environment, stdout=subprocess.DEVNULL, check=True)
            times.append((time.perf_counter() - begun) * 1000)
        yield row(" ".join(["oxc run", *options]), f"{statistics.median(times):.1f}", "15", "5")
    run.close()


PARTS = {"rates": rates, "recovery": recovery, "live": live, "sleepers": sleepers, "hello": hello}


def table(oxc, folder, names=()):
    """Lines of Markdown of the parts named, or of all."""
    for name in [name for name in PARTS if name in names] or PARTS:
        yield from PARTS[name](oxc, folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=[], help=" ".join(PARTS))
    parser.add_argument("--oxc", default=str(TARGET / "release/oxc"))
    parser.add_argument("--folder", default="/dev/shm")
    options = parser.parse_args()
    for line in table(options.oxc, options.folder, options.what):
        print(line, flush=True)


if __name__ == "__main__":
    main()
