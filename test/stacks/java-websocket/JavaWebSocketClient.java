import java.net.URI;
import java.nio.ByteBuffer;
import org.java_websocket.client.WebSocketClient;
import org.java_websocket.handshake.ServerHandshake;

/** Connects to each URL with Java-WebSocket and echoes. */
public class JavaWebSocketClient extends WebSocketClient {
  JavaWebSocketClient(String url) {
    super(URI.create(url));
  }

  public static void main(String[] urls) {
    for (String url : urls) new JavaWebSocketClient(url).connect();
  }

  @Override
  public void onMessage(String text) {
    if (text.equals("close")) close(1000, "you asked");
    else send(text);
  }

  @Override
  public void onMessage(ByteBuffer bytes) {
    send(bytes);
  }

  @Override
  public void onOpen(ServerHandshake handshake) {}

  @Override
  public void onClose(int code, String reason, boolean remote) {}

  @Override
  public void onError(Exception error) {}
}
