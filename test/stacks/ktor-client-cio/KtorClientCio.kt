import io.ktor.client.HttpClient
import io.ktor.client.engine.cio.CIO
import io.ktor.client.plugins.websocket.WebSockets
import io.ktor.client.plugins.websocket.webSocket
import io.ktor.websocket.CloseReason
import io.ktor.websocket.Frame
import io.ktor.websocket.close
import io.ktor.websocket.readText
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

/** Connects to each URL with Ktor on the engine CIO and echoes. */
object KtorClientCio {
    @JvmStatic
    fun main(urls: Array<String>): Unit = runBlocking {
        val client = HttpClient(CIO) { install(WebSockets) }
        for (url in urls) launch {
            try {
                client.webSocket(url) {
                    for (frame in incoming) {
                        if (frame is Frame.Text && frame.readText() == "close") close(CloseReason(1000, "you asked"))
                        else outgoing.send(frame.copy())
                    }
                }
            } catch (error: Exception) {
                System.err.println(error)
            }
        }
    }
}
