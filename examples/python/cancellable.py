import asyncio


async def count_up(n, heartbeat=lambda done: None):
    try:
        for i in range(n):
            await asyncio.sleep(0.05)
            heartbeat({"done": i, "of": n})
        return n
    finally:
        print("tidied up")


async def main():
    print("counted to", await count_up(5))
    counting = asyncio.create_task(count_up(100000))
    await asyncio.sleep(0.5)
    counting.cancel()
    try:
        print(await counting)
    except asyncio.CancelledError:
        print("cancelled")


asyncio.run(main())
