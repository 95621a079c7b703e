import asyncio
import os

import tornado.web
import tornado.websocket


class Echo(tornado.websocket.WebSocketHandler):
    def on_message(self, message):
        if message == "close":
            self.close(1000, "you asked")
        else:
            self.write_message(message, isinstance(message, bytes))


async def main():
    app = tornado.web.Application([("/", Echo)])
    app.listen(int(os.environ["PORT"]), "127.0.0.1")
    await asyncio.Event().wait()


asyncio.run(main())
