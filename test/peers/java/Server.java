import java.net.InetSocketAddress;
import org.java_websocket.WebSocket;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.server.WebSocketServer;

/** A Java-WebSocket echo server with the faults that an application brings: hang, say N. Prints its port. */
public class Server extends WebSocketServer {
  private volatile boolean hanging = false;

  Server() {
    super(new InetSocketAddress("127.0.0.1", 0));
    setConnectionLostTimeout(0);
  }

  public static void main(String[] args) {
    new Server().start();
  }

  @Override
  public void onStart() {
    System.out.println("listening " + getPort());
  }

  @Override
  public void onOpen(WebSocket socket, ClientHandshake handshake) {}

  @Override
  public void onMessage(WebSocket socket, String text) {
    String[] words = text.split(" ");
    switch (words[0]) {
      case "hang" -> {
        hanging = true;
        socket.send("hanging");
      }
      case "say" -> socket.send(new byte[Integer.parseInt(words[1])]);
      case "close" -> socket.close(1001, "going away");
      default -> socket.send(text);
    }
  }

  /** Runs on the selector's thread: a close handler that blocks keeps every other connection from closing. */
  @Override
  public void onClose(WebSocket socket, int code, String reason, boolean remote) {
    while (hanging) sleep();
  }

  @Override
  public void onError(WebSocket socket, Exception error) {}

  private static void sleep() {
    try {
      Thread.sleep(1000);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
  }
}
