package mended

import io.ktor.server.application.Application
import io.ktor.server.application.ApplicationStopPreparing
import io.ktor.server.application.install
import io.ktor.server.cio.CIO
import io.ktor.server.engine.EmbeddedServer
import io.ktor.server.engine.connector
import io.ktor.server.engine.embeddedServer
import io.ktor.server.netty.Netty
import io.ktor.server.netty.NettyApplicationEngine
import io.ktor.server.routing.routing
import io.ktor.server.websocket.DefaultWebSocketServerSession
import io.ktor.server.websocket.WebSockets
import io.ktor.server.websocket.pingPeriod
import io.ktor.server.websocket.timeout
import io.ktor.server.websocket.webSocket
import io.ktor.websocket.CloseReason
import io.ktor.websocket.Frame
import io.ktor.websocket.close
import io.ktor.websocket.readText
import io.ktor.websocket.send
import io.netty.channel.ChannelOption
import io.netty.channel.epoll.Epoll
import io.netty.channel.epoll.EpollChannelOption
import java.util.concurrent.ConcurrentHashMap
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.cancel
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.job
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull

/** Arguments: the engine (`Netty` or `CIO`) and the port. */
fun main(args: Array<String>) {
    val (engine, port) = args
    val server = if (engine == "CIO") cio(port.toInt()) else netty(port.toInt())
    server.start(wait = true)
}

// docs: netty-socket-options
private fun netty(port: Int): EmbeddedServer<*, *> =
    embeddedServer(Netty, configure = {
        connector {
            this.host = "127.0.0.1"
            this.port = port
        }
        tcpKeepAlive = true
        configureBootstrap = {
            // What is sent and not acknowledged for 10 s resets the connection, also after close().
            if (Epoll.isAvailable()) childOption(EpollChannelOption.TCP_USER_TIMEOUT, 10_000)
        }
        shutdownGracePeriod = 1_000
        shutdownTimeout = 5_000
    }) { bids() }
// docs: end

/** CIO has no option for the sockets that it accepts, but for reuseAddress. */
private fun cio(port: Int): EmbeddedServer<*, *> =
    embeddedServer(CIO, configure = {
        connector {
            this.host = "127.0.0.1"
            this.port = port
        }
        shutdownGracePeriod = 1_000
        shutdownTimeout = 5_000
    }) { bids() }

// docs: server-mended
private val bids = MutableSharedFlow<Int>()
private val sessions = ConcurrentHashMap.newKeySet<DefaultWebSocketServerSession>()

fun Application.bids() {
    install(WebSockets) {
        pingPeriod = 5.seconds // in production 20 seconds: below the shortest idle timeout on the way
        timeout = 5.seconds
        channels { incoming = bounded(16) }
    }
    routing {
        webSocket("/bids") {
            var reason = CloseReason(CloseReason.Codes.NORMAL, "bye")
            sessions += this
            try {
                takeBids()
            } catch (error: NumberFormatException) {
                reason = CloseReason(CloseReason.Codes.CANNOT_ACCEPT, "a bid is a number")
            } finally {
                sessions -= this
                farewell(reason)
            }
        }
    }
    drainOnStop()
}

/** Ends when the peer has closed, and throws if the session or its handling fails: nobody is left writing. */
private suspend fun DefaultWebSocketServerSession.takeBids() = coroutineScope {
    val writer = launch { bids.collect { send("$it") } }
    for (frame in incoming) bids.emit((frame as Frame.Text).readText().toInt())
    writer.cancel()
}
// docs: end

// docs: farewell
/** Sends Close and waits for the peer's, at most 5 seconds; else it cancels the session, which ends TCP. */
suspend fun DefaultWebSocketServerSession.farewell(reason: CloseReason) {
    withContext(NonCancellable) {
        val ended = withTimeoutOrNull(5.seconds) {
            close(reason) // throws nothing, and does not wait for the peer
            for (frame in incoming) continue // the peer's Close is behind what it had sent
            this@farewell.coroutineContext.job.join()
        }
        if (ended == null) this@farewell.cancel() // cancelled earlier, our answer might not be sent
    }
}
// docs: end

// docs: drain
private val goingAway = CloseReason(CloseReason.Codes.GOING_AWAY, "restart")

private fun Application.drainOnStop() {
    monitor.subscribe(ApplicationStopPreparing) {
        runBlocking {
            supervisorScope {
                for (session in sessions) launch { session.farewell(goingAway) }
            }
        }
    }
}
// docs: end
