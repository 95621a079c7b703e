import io.ktor.server.application.install
import io.ktor.server.netty.Netty
import io.ktor.server.engine.embeddedServer
import io.ktor.server.routing.routing
import io.ktor.server.websocket.WebSockets
import io.ktor.server.websocket.webSocket
import io.ktor.websocket.CloseReason
import io.ktor.websocket.Frame
import io.ktor.websocket.close
import io.ktor.websocket.readText

/** Echoes with Ktor on Netty. */
object KtorNetty {
    @JvmStatic
    fun main(args: Array<String>) {
        embeddedServer(Netty, port = System.getenv("PORT").toInt(), host = "127.0.0.1") {
            install(WebSockets)
            routing {
                webSocket("/") {
                    for (frame in incoming) {
                        if (frame is Frame.Text && frame.readText() == "close") close(CloseReason(1000, "you asked"))
                        else outgoing.send(frame.copy())
                    }
                }
            }
        }.start(wait = true)
    }
}
