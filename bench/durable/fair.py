#!/usr/bin/env python3
"""How long a process waits for another's answer while endless loops hold all cores.

    bench/durable/fair.py [kind …] [--oxc PATH] [--folder DIR] [--count N]

For each kind of loop: as many of them as there are cores, a server, and a client that asks it every few milliseconds. Prints
microseconds from question to answer: p50, p90, p99 and the longest, without a store and with one (below DIR, default /dev/shm).
Needs a release build of oxc.
"""
import argparse, os, pathlib, shutil, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BOUND_MICROS = 20_000

# What a loop does for ever.
KINDS = {
    # Nothing but counting.
    "count": "(defn spin [] (loop [n 0] (recur (inc n))))",
    # A map of a hundred megabytes that changes all the time: large collections and checkpoints.
    "map": """(defn spin [] (loop [n 0 m {}] (recur (inc n) (assoc m (rem (* n 7919) 800000) [n n]))))""",
    # Garbage by the megabyte.
    "garbage": "(defn spin [] (loop [n 0] (recur (+ n (count (vec (range 20000)))))))",
    # Large objects.
    "text": """(defn spin [] (loop [n 0] (recur (+ n (count (loop [s "0123456789abcdef" k 0] (if (< k 20) (recur (str s s) (inc k)) s)))))))""",
    # Natives whose work is large.
    "numbers": "(defn spin [] (loop [n 1N k 0] (if (< k 3000) (recur (*' n 1000000007N) (inc k)) (do (str n) (recur 1N 0)))))",
    "sort": "(defn spin [] (let [v (mapv (fn [n] (rem (* n 7919) 100003)) (range 100000))] (loop [n 0] (recur (+ n (count (sort v)))))))",
    "print": "(defn spin [] (let [v (vec (range 300000))] (loop [n 0] (recur (+ n (count (pr-str v)))))))",
    "hash": "(defn spin [] (loop [n 0] (recur (+ n (rem (hash (vec (range 100000))) 2)))))",
    "regex": """(defn spin [] (let [s (apply str (repeat 100000 "ab"))] (loop [n 0] (recur (+ n (count (re-seq #"(a|b)*c?" s)))))))""",
    # One match of two megabytes.
    "wide": """(defn spin [] (let [s (apply str (repeat 1000000 "ab"))] (loop [n 0] (recur (+ n (count (re-find #"(a|b)*c?" s)))))))""",
    # A map of 700,000 entries that goes to another process and is counted there.
    "send": """(defn sink [] (loop [] (receive [:take from m] (do (send from [:taken (count m)]) (recur)))))
(defn spin [] (let [m (into {} (map (fn [n] [n n]) (range 700000))) to (spawn sink)]
  (loop [] (send to [:take (self) m]) (receive [:taken n] n) (recur))))""",
    # The same as an argument of a new process.
    "spawn": """(defn spin [] (let [m (into {} (map (fn [n] [n n]) (range 700000)))]
  (loop [] (await-exit (spawn (fn [m] (count m)) m)) (recur))))""",
    # Values that share much of what they hold.
    "shared": """(defn spin [] (let [v (vec (range 300000)) s (mapv (fn [n] [n v v]) (range 300000))]
  (loop [n 0] (recur (+ n (count (ready* (cons n s))))))))""",
    # A stack that grows and shrinks.
    "deep": "(defn down [n] (if (pos? n) (inc (down (dec n))) 0)) (defn spin [] (loop [n 0] (recur (+ n (down 1000000)))))",
}

PROGRAM = """
(defn server [] (loop [] (receive [:ask from n] (do (send from [:answer n]) (recur)))))
(defn at-percent [sorted p] (quot (nth sorted (min (dec (count sorted)) (quot (* p (count sorted)) 100))) 1000))
(let [loops (parse-long (first *command-line-args*)) questions (parse-long (second *command-line-args*)) server (spawn server)]
  (dotimes [_ loops] (spawn spin))
  (sleep 500)
  (loop [n 0 taken []]
    (if (< n questions)
      (let [begun (effect* :ox/monotonic [])]
        (send server [:ask (self) n])
        (let [t (receive [:answer m] (- (effect* :ox/monotonic []) begun))]
          (sleep 5)
          (recur (inc n) (conj taken t))))
      (let [sorted (vec (sort taken))]
        (apply println (map (fn [p] (at-percent sorted p)) [50 90 99 100]))
        (exit 0)))))
"""


def measure(oxc, folder, kind, count, durable):
    folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
    try:
        environment = dict(os.environ, XDG_STATE_HOME=str(folder / "state"), XDG_CACHE_HOME=str(folder / "cache"))
        (folder / "x.ox").write_text(KINDS[kind] + PROGRAM)
        where = ["--store", "x.store"] if durable else ["--ephemeral"]
        command = [oxc, "run", *where, "x.ox", str(os.cpu_count()), str(count)]
        done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True)
        return [int(word) for word in done.stdout.split()]
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", default=list(KINDS), metavar="kind", help=" ".join(KINDS))
    parser.add_argument("--oxc", default=str(TARGET / "release/oxc"))
    parser.add_argument("--folder", default="/dev/shm")
    parser.add_argument("--count", type=int, default=500)
    given = parser.parse_args()
    late = False
    print(f"{'loops of':10} {'store':6} {'p50':>8} {'p90':>8} {'p99':>8} {'longest':>8}  µs")
    for kind in given.kinds:
        for durable in (False, True):
            times = measure(given.oxc, given.folder, kind, given.count, durable)
            late |= times[2] > BOUND_MICROS
            print(f"{kind:10} {'yes' if durable else 'no':6}", *(f"{time:8}" for time in times), flush=True)
    sys.exit(1 if late else 0)


if __name__ == "__main__":
    main()
