package script

import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicInteger
import kotlin.system.exitProcess
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

/**
 * Runs that many clients at a time for the script that watches them: prints `open` when all are, gives each
 * line of standard input to every one of them, ends their lines at `close`, and ends with its input.
 */
suspend fun runClients(
    args: Array<String>,
    client: suspend (url: String, lines: Flow<String>, onOpen: () -> Unit) -> Unit,
) {
    val url = args[0]
    val count = args[1].toInt()
    val lines = MutableSharedFlow<String>()
    val open = AtomicInteger()
    // Threads of its own: Ktor 3.5 makes the Sec-WebSocket-Key by blocking its thread until a coroutine of
    // Dispatchers.IO has made random bytes. Where all of those threads wait for it, nothing is ever opened.
    val scope = CoroutineScope(SupervisorJob() + Executors.newFixedThreadPool(2).asCoroutineDispatcher())
    repeat(count) {
        scope.launch {
            try {
                client(url, lines.takeWhile { it != "close" }) {
                    if (open.incrementAndGet() == count) println("open")
                }
            } catch (error: Exception) {
                System.err.println(error)
            }
        }
    }
    while (open.get() < count) delay(10)
    lines.subscriptionCount.first { it == count }
    while (true) lines.emit(withContext(Dispatchers.IO) { readLine() } ?: break)
    exitProcess(0)
}
