import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.java_websocket.client.WebSocketClient;
import org.java_websocket.handshake.ServerHandshake;

/** Opens COUNT connections to URL, CONCURRENCY at a time, and ends when all have closed: URL COUNT CONCURRENCY close|wait */
public class Client extends WebSocketClient {
  private static final CountDownLatch done = new CountDownLatch(1);
  private static final AtomicInteger toOpen = new AtomicInteger();
  private static final AtomicInteger toClose = new AtomicInteger();
  private static String url;
  private static boolean closes;

  Client() {
    super(URI.create(url));
    setConnectionLostTimeout(0);
  }

  public static void main(String[] args) throws InterruptedException {
    url = args[0];
    closes = args[3].equals("close");
    toOpen.set(Integer.parseInt(args[1]));
    toClose.set(Integer.parseInt(args[1]));
    for (int i = 0; i < Integer.parseInt(args[2]); i++) next();
    done.await();
  }

  private static void next() {
    if (toOpen.getAndDecrement() > 0) new Client().connect();
  }

  @Override
  public void onOpen(ServerHandshake handshake) {
    if (closes) close(1000);
  }

  @Override
  public void onMessage(String text) {}

  @Override
  public void onClose(int code, String reason, boolean remote) {
    next();
    if (toClose.decrementAndGet() == 0) done.countDown();
  }

  @Override
  public void onError(Exception error) {}
}
