import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;

/** Connects to each URL with the JDK's HttpClient and echoes messages that come in one piece. */
public class JdkHttpClient implements WebSocket.Listener {
  public static void main(String[] urls) throws InterruptedException {
    HttpClient client = HttpClient.newHttpClient();
    for (String url : urls)
      client.newWebSocketBuilder().buildAsync(URI.create(url), new JdkHttpClient());
    new CountDownLatch(1).await();
  }

  @Override
  public CompletionStage<?> onText(WebSocket ws, CharSequence text, boolean last) {
    ws.request(1);
    if (text.toString().equals("close")) return ws.sendClose(1000, "you asked");
    return ws.sendText(text.toString(), last);
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket ws, ByteBuffer bytes, boolean last) {
    ws.request(1);
    return ws.sendBinary(bytes, last);
  }
}
