import sys


def text(n):
    r, parts = 1, []
    for _ in range(n):
        r = (r * 25173 + 13849) % 65536
        parts.append("w" + str(r % 5000))
    return " ".join(parts)


def count(words):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


counts = count(text(int(sys.argv[1])).split(" "))
print(len(counts), max(counts.values()), sum(n * n for n in counts.values()))
