"""A websockets echo server with the faults that an application brings: `hang`, `say N`. Prints its port."""
import asyncio
import time

from websockets.asyncio.server import serve


async def handle(socket):
    async for text in socket:
        command, _, argument = text.partition(" ")
        if command == "hang":
            await socket.send("hanging")
            time.sleep(3600)  # a blocking call in a coroutine: the whole event loop stands still
        elif command == "say":
            await socket.send(bytes(int(argument)))
        elif command == "close":
            await socket.close(1001, "going away")
        else:
            await socket.send(text)


async def main():
    async with serve(handle, "127.0.0.1", 0, close_timeout=60, ping_interval=None) as server:
        port = server.sockets[0].getsockname()[1]
        print(f"listening {port}", flush=True)
        await asyncio.get_running_loop().create_future()


asyncio.run(main())
