package mended

import io.ktor.client.HttpClient
import io.ktor.client.engine.okhttp.OkHttp
import io.ktor.client.plugins.websocket.DefaultClientWebSocketSession
import io.ktor.client.plugins.websocket.WebSockets
import io.ktor.client.plugins.websocket.webSocketSession
import io.ktor.websocket.CloseReason
import io.ktor.websocket.Frame
import io.ktor.websocket.close
import io.ktor.websocket.send
import java.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelChildren
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.launch
import kotlinx.coroutines.selects.select
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import okhttp3.Dispatcher
import script.runClients

/** Arguments: the URL and how many connections. */
suspend fun main(args: Array<String>) {
    val client = client()
    runClients(args) { url, lines, onOpen -> bid(client, url, lines, onOpen) }
}

// docs: client-mended
fun client(): HttpClient = HttpClient(OkHttp) {
    install(WebSockets)
    engine {
        config {
            // A WebSocket counts as a request for as long as it is open; there may be 64 otherwise.
            dispatcher(Dispatcher().apply { maxRequests = 1_000 })
            pingInterval(Duration.ofSeconds(5)) // in production 20 seconds
            webSocketCloseTimeout(Duration.ofSeconds(5))
        }
    }
}

suspend fun bid(client: HttpClient, url: String, bids: Flow<String>, onOpen: () -> Unit) {
    val session = client.webSocketSession(url)
    try {
        onOpen()
        session.takePart(bids)
    } finally {
        session.farewell(CloseReason(CloseReason.Codes.NORMAL, "bye"))
    }
}

/** Ends when there are no more bids or the server has closed, and throws if the session fails. */
private suspend fun DefaultClientWebSocketSession.takePart(bids: Flow<String>) = coroutineScope {
    val reader = launch { for (frame in incoming) show(frame) }
    val writer = launch { bids.collect { send(it) } }
    select { // whichever is the first
        reader.onJoin {}
        writer.onJoin {}
    }
    coroutineContext.cancelChildren()
}

/** Sends Close if nobody has, and waits for the server's, at most 5 seconds. */
suspend fun DefaultClientWebSocketSession.farewell(reason: CloseReason) {
    withContext(NonCancellable) {
        val ended = withTimeoutOrNull(5.seconds) {
            close(reason)
            for (frame in incoming) continue
            closeReason.await() // with OkHttp the server's; with CIO and Java it is our own, at once
        }
        if (ended == null) this@farewell.cancel()
    }
}
// docs: end

private fun show(frame: Frame) = Unit
