import asyncio
import sys

from websockets.asyncio.client import connect


async def echo(url):
    async with connect(url) as websocket:
        async for message in websocket:
            if message == "close":
                await websocket.close(1000, "you asked")
            else:
                await websocket.send(message)


async def main():
    await asyncio.gather(*map(echo, sys.argv[1:]), return_exceptions=True)


asyncio.run(main())
