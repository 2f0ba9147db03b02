import time
from worker import ARGUMENTS, activity


def retrying(f, attempts=5, delay=0.1):
    def call(*args):
        for attempt in range(attempts):
            try:
                return f(*args)
            except Exception:
                if attempt + 1 == attempts:
                    raise
                time.sleep(delay * 2**attempt)

    return call


submit = retrying(activity("submit"))
status = retrying(activity("status"))

deadline = time.monotonic() + 60
job = submit(int(ARGUMENTS[0]))
print("submitted", job)
while (result := status(job).get("result")) is None:
    if time.monotonic() > deadline:
        raise TimeoutError
    time.sleep(0.2)
print("result:", result)
