import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.ByteString;

/** Connects to each URL with OkHttp and echoes. */
public class OkHttp extends WebSocketListener {
  public static void main(String[] urls) {
    Dispatcher dispatcher = new Dispatcher(); // a WebSocket counts as a request while it is open
    dispatcher.setMaxRequests(1000);
    dispatcher.setMaxRequestsPerHost(1000);
    OkHttpClient client = new OkHttpClient.Builder().dispatcher(dispatcher).build();
    for (String url : urls)
      client.newWebSocket(new Request.Builder().url(url).build(), new OkHttp());
  }

  @Override
  public void onMessage(WebSocket ws, String text) {
    if (text.equals("close")) ws.close(1000, "you asked");
    else ws.send(text);
  }

  @Override
  public void onMessage(WebSocket ws, ByteString bytes) {
    ws.send(bytes);
  }

  @Override
  public void onClosing(WebSocket ws, int code, String reason) {
    ws.close(code == 1005 ? 1000 : code, reason); // OkHttp answers a Close only if it is told to
  }

  @Override
  public void onFailure(WebSocket ws, Throwable error, Response response) {}
}
