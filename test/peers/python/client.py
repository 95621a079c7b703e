"""Opens COUNT connections to URL, CONCURRENCY at a time, and ends when all have closed.

    client.py URL COUNT CONCURRENCY close|wait
"""
import asyncio
import sys

from websockets.asyncio.client import connect


async def one(url, mode):
    socket = await connect(url, ping_interval=None, close_timeout=30)
    if mode == "close":
        await socket.close()
    await socket.wait_closed()


async def main(url, count, concurrency, mode):
    left = int(count)

    async def worker():
        nonlocal left
        while left > 0:
            left -= 1
            await one(url, mode)

    await asyncio.gather(*(worker() for _ in range(int(concurrency))))


asyncio.run(main(*sys.argv[1:]))
