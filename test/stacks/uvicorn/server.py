import os

import uvicorn


async def app(scope, receive, send):
    if scope["type"] != "websocket":
        return
    while True:
        event = await receive()
        if event["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        elif event["type"] == "websocket.disconnect":
            return
        elif event.get("text") == "close":
            await send({"type": "websocket.close", "code": 1000, "reason": "you asked"})
            return
        else:
            await send({"type": "websocket.send", "text": event.get("text"), "bytes": event.get("bytes")})


uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), lifespan="off")
