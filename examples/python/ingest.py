import gzip
import os
import sys
from concurrent.futures import ThreadPoolExecutor


def ingest(path):
    with open(path, "rb") as file:
        text = b"\0" not in file.read()
    return {"path": path, "bytes": os.path.getsize(path), "text": text}


def analyse_text(doc):
    with open(doc["path"], "rb") as file:
        return {**doc, "words": len(file.read().split())}


def analyse_bytes(doc):
    with open(doc["path"], "rb") as file:
        return {**doc, "packed": len(gzip.compress(file.read()))}


def sound(doc):
    return doc["words"] > 0 if "words" in doc else doc["packed"] < doc["bytes"]


def handle(path):
    doc = ingest(path)
    found = analyse_text(doc) if doc["text"] else analyse_bytes(doc)
    if sound(found):
        return f"{path}: published { {k: found[k] for k in ('words', 'packed') if k in found} }"
    return f"{path}: put aside"


with ThreadPoolExecutor(4) as pool:
    for line in pool.map(handle, sys.argv[1:]):
        print(line)
