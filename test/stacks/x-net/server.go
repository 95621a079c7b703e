// Echoes with golang.org/x/net/websocket, which has no Close with a code.
package main

import (
	"log"
	"net/http"
	"os"

	"golang.org/x/net/websocket"
)

func main() {
	echo := func(ws *websocket.Conn) {
		for {
			var text string
			if websocket.Message.Receive(ws, &text) != nil || text == "close" {
				return
			}
			if websocket.Message.Send(ws, text) != nil {
				return
			}
		}
	}
	server := websocket.Server{Handler: echo} // without the check of Origin, which a probe does not send
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), server))
}
