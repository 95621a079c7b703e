package stacks;

import java.io.IOException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.AbstractWebSocketHandler;

/** Echoes with Spring Boot on Jetty. */
@SpringBootApplication
@EnableWebSocket
public class SpringJetty extends AbstractWebSocketHandler implements WebSocketConfigurer {
  public static void main(String[] args) {
    SpringApplication.run(
        SpringJetty.class, "--server.address=127.0.0.1", "--server.port=" + System.getenv("PORT"));
  }

  @Override
  public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
    registry.addHandler(this, "/");
  }

  @Override
  protected void handleTextMessage(WebSocketSession session, TextMessage text) throws IOException {
    if (text.getPayload().equals("close")) session.close(CloseStatus.NORMAL.withReason("you asked"));
    else session.sendMessage(text);
  }

  @Override
  protected void handleBinaryMessage(WebSocketSession session, BinaryMessage bytes)
      throws IOException {
    session.sendMessage(bytes);
  }
}
