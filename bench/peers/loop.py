import sys


def run(n):
    acc = 0
    for _ in range(n):
        acc += 3
        if acc >= 1000003:
            acc -= 1000003
    return acc


print(run(int(sys.argv[1])))
