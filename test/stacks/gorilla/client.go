// Connects to each URL with github.com/gorilla/websocket and echoes.
package main

import (
	"os"
	"sync"

	"github.com/gorilla/websocket"
)

func main() {
	var all sync.WaitGroup
	for _, url := range os.Args[1:] {
		all.Go(func() { echo(url) })
	}
	all.Wait()
}

func echo(url string) {
	conn, _, err := websocket.DefaultDialer.Dial(url, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	for {
		kind, data, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if string(data) == "close" {
			kind, data = websocket.CloseMessage, websocket.FormatCloseMessage(1000, "you asked")
		}
		if conn.WriteMessage(kind, data) != nil {
			return
		}
	}
}
