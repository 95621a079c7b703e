package asusual

import io.ktor.client.HttpClient
import io.ktor.client.engine.cio.CIO
import io.ktor.client.plugins.websocket.WebSockets
import io.ktor.client.plugins.websocket.webSocket
import io.ktor.websocket.CloseReason
import io.ktor.websocket.Frame
import io.ktor.websocket.close
import io.ktor.websocket.send
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.launch
import script.runClients

/** Arguments: the URL and how many connections. */
suspend fun main(args: Array<String>) {
    val client = HttpClient(CIO) {
        install(WebSockets)
        engine { maxConnectionsCount = 1_000; endpoint.maxConnectionsPerRoute = 1_000 } // else 100
    }
    runClients(args) { url, lines, onOpen -> bid(client, url, lines, onOpen) }
}

// docs: client-as-usual
suspend fun bid(client: HttpClient, url: String, bids: Flow<String>, onOpen: () -> Unit) {
    client.webSocket(url) {
        onOpen()
        launch { for (frame in incoming) show(frame) }
        bids.collect { send(it) }
        close(CloseReason(CloseReason.Codes.NORMAL, "bye"))
    }
}
// docs: end

private fun show(frame: Frame) = Unit
