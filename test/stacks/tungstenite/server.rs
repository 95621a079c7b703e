//! Echoes with tungstenite, a thread for each connection.
use std::{env, net::TcpListener, thread};
use tungstenite::protocol::{frame::coding::CloseCode, CloseFrame};
use tungstenite::{accept, Message};

fn main() {
    let listener = TcpListener::bind(format!("127.0.0.1:{}", env::var("PORT").unwrap())).unwrap();
    for stream in listener.incoming().flatten() {
        thread::spawn(move || {
            let Ok(mut socket) = accept(stream) else { return };
            while let Ok(message) = socket.read() {
                let closes = message.to_text().is_ok_and(|text| text == "close");
                let sent = if message.is_text() && closes {
                    let frame = CloseFrame { code: CloseCode::Normal, reason: "you asked".into() };
                    socket.close(Some(frame))
                } else if matches!(message, Message::Text(_) | Message::Binary(_)) {
                    socket.send(message)
                } else {
                    continue;
                };
                if sent.is_err() {
                    return;
                }
            }
        });
    }
}
