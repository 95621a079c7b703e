package asusual

import io.ktor.server.application.Application
import io.ktor.server.application.install
import io.ktor.server.cio.CIO
import io.ktor.server.engine.embeddedServer
import io.ktor.server.netty.Netty
import io.ktor.server.routing.routing
import io.ktor.server.websocket.DefaultWebSocketServerSession
import io.ktor.server.websocket.WebSockets
import io.ktor.server.websocket.webSocket
import io.ktor.websocket.CloseReason
import io.ktor.websocket.Frame
import io.ktor.websocket.close
import io.ktor.websocket.readText
import io.ktor.websocket.send
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.launch

/** Arguments: the engine (`Netty` or `CIO`) and the port. */
fun main(args: Array<String>) {
    val (engine, port) = args
    val factory = if (engine == "CIO") CIO else Netty
    embeddedServer(factory, port = port.toInt(), host = "127.0.0.1") { bids() }.start(wait = true)
}

// docs: server-as-usual
private val bids = MutableSharedFlow<Int>()

fun Application.bids() {
    install(WebSockets) {
        channels { incoming = bounded(16) } // a flood must not fill the memory
    }
    routing {
        webSocket("/bids") {
            launch { read() }
            bids.collect { send("$it") }
        }
    }
}

private suspend fun DefaultWebSocketServerSession.read() {
    try {
        for (frame in incoming) bids.emit((frame as Frame.Text).readText().toInt())
        close(CloseReason(CloseReason.Codes.NORMAL, "bye"))
    } catch (_: Exception) {
        // From here on nobody reads, and nobody closes.
    }
}
// docs: end
