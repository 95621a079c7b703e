package stacks;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Mono;

/** Echoes with Spring Boot on Reactor Netty. */
@SpringBootApplication
public class SpringWebFlux {
  public static void main(String[] args) {
    SpringApplication.run(
        SpringWebFlux.class, "--server.address=127.0.0.1", "--server.port=" + System.getenv("PORT"));
  }

  @Bean
  HandlerMapping mapping() {
    return new SimpleUrlHandlerMapping(Map.of("/", (WebSocketHandler) this::echo), -1);
  }

  private Mono<Void> echo(WebSocketSession session) {
    return session
        .receive()
        .concatMap(message -> answer(session, message.retain()))
        .then();
  }

  private Mono<Void> answer(WebSocketSession session, WebSocketMessage message) {
    boolean closes =
        message.getType() == WebSocketMessage.Type.TEXT && message.getPayloadAsText().equals("close");
    if (closes) return session.close(CloseStatus.NORMAL.withReason("you asked"));
    return session.send(Mono.just(message));
  }
}
