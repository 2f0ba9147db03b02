import sys


def run(n):
    text = "".join(str(i) for i in range(n))
    count = 0
    for c in text:
        if c == "7":
            count += 1
    return len(text), count


print(*run(int(sys.argv[1])))
