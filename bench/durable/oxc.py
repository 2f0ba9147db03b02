#!/usr/bin/env python3
"""Figures of the whole command: durable steps a second, recovery, start-up.

    bench/durable/oxc.py [rates] [recovery] [live] [hello] [--oxc PATH] [--folder DIR]

Everything happens below DIR (default /dev/shm). Needs a release build of oxc.
"""
import argparse, os, pathlib, shutil, signal, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]

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


class Run:
    def __init__(self, oxc, folder, text):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
        self.oxc = oxc
        # What oxc keeps outside of projects is kept here too.
        self.environment = dict(os.environ, XDG_STATE_HOME=str(self.folder / "state"), XDG_CACHE_HOME=str(self.folder / "cache"))
        (self.folder / "x.ox").write_text(text)

    def run(self, *args):
        done = subprocess.run([self.oxc, "run", "x.ox", "--", *map(str, args)], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, check=True)
        return done.stdout.decode().strip()

    def start(self, *args):
        return subprocess.Popen([self.oxc, *map(str, args)], cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def size(self):
        return sum(f.stat().st_size for f in self.folder.rglob("*") if f.is_file())

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def rates(oxc, folder):
    one = Run(oxc, folder, STEPS)
    found = [int(one.run(30_000)) for _ in range(3)]
    print(f"one process: {statistics.median(found)} steps/s of {found}")
    one.close()
    many = Run(oxc, folder, MANY)
    found = [int(many.run(1_000, 200)) for _ in range(3)]
    print(f"1,000 processes: {statistics.median(found)} steps/s of {found}")
    many.close()


def resumed(run, rounds=5):
    """Milliseconds from exec to the next line, median of some kills."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        process = run.start("resume")
        # What one commit let out may come again; it is said after the step's answer is there.
        process.stdout.readline()
        times.append((time.perf_counter() - begun) * 1000)
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
    return times


def killed(oxc, folder, steps, beside=0, entries=0):
    run = Run(oxc, folder, GOES_ON)
    process = run.start("run", "x.ox", "--", steps, beside, entries)
    assert process.stdout.readline() == b"ready\n"
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    return run


def recovery(oxc, folder):
    medians = {}
    for steps, beside in [(10, 0), (100_000, 0), (10, 32), (100_000, 32)]:
        run = killed(oxc, folder, steps, beside)
        times = resumed(run, 11)
        medians[steps, beside] = statistics.median(times)
        print(f"{steps} steps, {beside * 64} MB beside, {run.size() >> 20} MB of files: "
              f"{medians[steps, beside]:.1f} ms of {[round(t, 1) for t in times]}", flush=True)
        run.close()
    print(f"t(100,000)/t(10) = {medians[100_000, 0] / medians[10, 0]:.2f}, beside 2 GB {medians[100_000, 32] / medians[10, 32]:.2f}")


def live(oxc, folder):
    small = killed(oxc, folder, 10)
    base = statistics.median(resumed(small))
    small.close()
    for entries in (500_000, 2_000_000, 5_000_000):
        run = killed(oxc, folder, 10, 0, entries)
        times = resumed(run)
        median = statistics.median(times)
        print(f"{entries} entries, {run.size() >> 20} MB of files: {median:.0f} ms; {base:.0f} ms with nothing", flush=True)
        run.close()


def hello(oxc, folder):
    run = Run(oxc, folder, '(println "hello")\n')
    run.run()
    for options in ([], ["--ephemeral"]):
        times = []
        for _ in range(21):
            begun = time.perf_counter()
            subprocess.run([oxc, "run", *options, "x.ox"], cwd=run.folder, env=run.environment, stdout=subprocess.DEVNULL, check=True)
            times.append((time.perf_counter() - begun) * 1000)
        print(f"hello {' '.join(options)}: {statistics.median(times):.1f} ms")
    run.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=[], help="rates recovery live hello")
    parser.add_argument("--oxc", default=str(ROOT / "target/release/oxc"))
    parser.add_argument("--folder", default="/dev/shm")
    options = parser.parse_args()
    for name in options.what or ["rates", "recovery", "live", "hello"]:
        {"rates": rates, "recovery": recovery, "live": live, "hello": hello}[name](options.oxc, options.folder)


if __name__ == "__main__":
    main()
