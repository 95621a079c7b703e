// Connects to each URL with github.com/coder/websocket and echoes.
package main

import (
	"context"
	"os"
	"sync"

	"github.com/coder/websocket"
)

func main() {
	var all sync.WaitGroup
	for _, url := range os.Args[1:] {
		all.Go(func() { echo(context.Background(), url) })
	}
	all.Wait()
}

func echo(ctx context.Context, url string) {
	conn, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	for {
		kind, data, err := conn.Read(ctx)
		if err != nil {
			return
		}
		if string(data) == "close" {
			_ = conn.Close(websocket.StatusNormalClosure, "you asked")
			return
		}
		if conn.Write(ctx, kind, data) != nil {
			return
		}
	}
}
