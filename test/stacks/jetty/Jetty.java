import java.nio.ByteBuffer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.annotations.OnWebSocketMessage;
import org.eclipse.jetty.websocket.api.annotations.WebSocket;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** Echoes with Jetty. */
public class Jetty {
  public static void main(String[] args) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(System.getenv("PORT")));
    server.addConnector(connector);
    server.setHandler(
        WebSocketUpgradeHandler.from(
            server, container -> container.addMapping("/", (request, response, callback) -> new Echo())));
    server.start();
  }

  @WebSocket
  public static class Echo {
    @OnWebSocketMessage
    public void onText(Session session, String text) {
      if (text.equals("close")) session.close(1000, "you asked", Callback.NOOP);
      else session.sendText(text, Callback.NOOP);
    }

    @OnWebSocketMessage
    public void onBinary(Session session, ByteBuffer bytes, Callback callback) {
      session.sendBinary(bytes, callback);
    }
  }
}
