import sys

sys.setrecursionlimit(1 << 30)


def depth(k):
    return 0 if k == 0 else 1 + depth(k - 1)


print(sum(depth(int(sys.argv[1])) for _ in range(10)))
