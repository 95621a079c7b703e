import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.java_websocket.WebSocket;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.server.WebSocketServer;

/** Echoes with Java-WebSocket. */
public class JavaWebSocketServer extends WebSocketServer {
  JavaWebSocketServer(int port) {
    super(new InetSocketAddress("127.0.0.1", port));
  }

  public static void main(String[] args) {
    new JavaWebSocketServer(Integer.parseInt(System.getenv("PORT"))).run();
  }

  @Override
  public void onMessage(WebSocket ws, String text) {
    if (text.equals("close")) ws.close(1000, "you asked");
    else ws.send(text);
  }

  @Override
  public void onMessage(WebSocket ws, ByteBuffer bytes) {
    ws.send(bytes);
  }

  @Override
  public void onOpen(WebSocket ws, ClientHandshake handshake) {}

  @Override
  public void onClose(WebSocket ws, int code, String reason, boolean remote) {}

  @Override
  public void onError(WebSocket ws, Exception error) {}

  @Override
  public void onStart() {}
}
