import jakarta.websocket.CloseReason;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.websocket.server.WsContextListener;

/** Echoes with embedded Tomcat. */
public class TomcatServer {
  public static void main(String[] args) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(System.getProperty("java.io.tmpdir") + "/farewell-tomcat");
    tomcat.setHostname("127.0.0.1");
    tomcat.setPort(Integer.parseInt(System.getenv("PORT")));
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    Context context = tomcat.addContext("", null);
    context.addApplicationListener(WsContextListener.class.getName());
    context.addApplicationListener(Register.class.getName());
    Tomcat.addServlet(context, "default", new org.apache.catalina.servlets.DefaultServlet());
    context.addServletMappingDecoded("/", "default");
    tomcat.start();
    tomcat.getServer().await();
  }

  public static class Register implements jakarta.servlet.ServletContextListener {
    @Override
    public void contextInitialized(jakarta.servlet.ServletContextEvent event) {
      var container =
          (ServerContainer) event.getServletContext().getAttribute(ServerContainer.class.getName());
      try {
        container.addEndpoint(Echo.class);
      } catch (jakarta.websocket.DeploymentException error) {
        throw new IllegalStateException(error);
      }
    }
  }

  @jakarta.websocket.server.ServerEndpoint("/")
  public static class Echo {
    @OnMessage
    public void onText(Session session, String text) throws IOException {
      if (text.equals("close"))
        session.close(new CloseReason(CloseReason.CloseCodes.NORMAL_CLOSURE, "you asked"));
      else session.getBasicRemote().sendText(text);
    }

    @OnMessage
    public void onBinary(Session session, ByteBuffer bytes) throws IOException {
      session.getBasicRemote().sendBinary(bytes);
    }
  }
}
