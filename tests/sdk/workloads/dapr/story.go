// The story of Dapr's binding for Azure Storage queues, as Dapr's own sidecar drives it: components that are set up,
// asked to create messages, and read until their handler has taken them.
package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/dapr/components-contrib/bindings"
	"github.com/dapr/components-contrib/bindings/azure/storagequeues"
	"github.com/dapr/components-contrib/metadata"
	"github.com/dapr/kit/logger"
)

const (
	account  = "devstoreaccount1"
	key      = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
	patience = 20 * time.Second
)

var queues int

func newQueue() string {
	queues++
	return fmt.Sprintf("%s-dapr-%d", os.Getenv("QUPRITE_SDK_RUN"), queues)
}

// component is a binding with the metadata of a component file; extra are pairs of names and values.
func component(queue string, extra ...string) (bindings.InputOutputBinding, error) {
	properties := map[string]string{
		"accountName": account, "accountKey": key, "queueName": queue, "queueEndpointUrl": os.Getenv("QUPRITE_SDK_ENDPOINT"),
		"pollingInterval": "100ms",
	}
	for i := 0; i+1 < len(extra); i += 2 {
		properties[extra[i]] = extra[i+1]
	}
	log := logger.NewLogger("story")
	log.SetOutputLevel(logger.FatalLevel)
	binding := storagequeues.NewAzureStorageQueues(log)
	return binding, binding.Init(context.Background(), bindings.Metadata{Base: metadata.Base{Properties: properties}})
}

func started(queue string, extra ...string) bindings.InputOutputBinding {
	binding, err := component(queue, extra...)
	succeeds(err)
	return binding
}

func create(binding bindings.InputOutputBinding, data string, extra ...string) {
	request := &bindings.InvokeRequest{Operation: bindings.CreateOperation, Data: []byte(data), Metadata: map[string]string{}}
	for i := 0; i+1 < len(extra); i += 2 {
		request.Metadata[extra[i]] = extra[i+1]
	}
	_, err := binding.Invoke(context.Background(), request)
	succeeds(err)
}

// read hands what the queue has to the handler, until that says it has seen enough.
func read(binding bindings.InputOutputBinding, handler func(*bindings.ReadResponse) (enough bool, err error)) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan struct{})
	var seen bool
	succeeds(binding.Read(ctx, func(_ context.Context, message *bindings.ReadResponse) ([]byte, error) {
		enough, err := handler(message)
		if enough && !seen {
			seen = true
			close(done)
		}
		return nil, err
	}))
	select {
	case <-done:
	case <-time.After(patience):
		panic("the handler has not seen enough")
	}
	// Close gives up whatever request is under way, be it that which deletes the last message.
	succeeds(binding.Close())
}

func texts(binding bindings.InputOutputBinding, count int) (all []string) {
	read(binding, func(message *bindings.ReadResponse) (bool, error) {
		all = append(all, string(message.Data))
		return len(all) == count, nil
	})
	return all
}

var tests = []test{
	{"a component makes its queue, and starts again where that is there", func() {
		queue := newQueue()
		succeeds(started(queue).Close())
		succeeds(started(queue).Close())
	}},
	{"messages arrive in the order in which they were created, each once", func() {
		queue := newQueue()
		binding := started(queue)
		for _, text := range []string{"one", "two", "naïve 日本語 😀 <&>"} {
			create(binding, text)
		}
		equal(texts(binding, 3), []string{"one", "two", "naïve 日本語 😀 <&>"})
		binding = started(queue)
		create(binding, "four")
		equal(texts(binding, 1), []string{"four"})
	}},
	{"a message tells its id, pop receipt, times and dequeue count", func() {
		binding := started(newQueue(), "ttlInSeconds", "90")
		create(binding, "one")
		read(binding, func(message *bindings.ReadResponse) (bool, error) {
			for _, name := range []string{"messageID", "popReceipt", "nextVisibleTime"} {
				if message.Metadata[name] == "" {
					panic("no " + name)
				}
			}
			equal(message.Metadata["dequeueCount"], "1")
			inserted, err := time.Parse(time.RFC3339, message.Metadata["insertionTime"])
			succeeds(err)
			expires, err := time.Parse(time.RFC3339, message.Metadata["expirationTime"])
			succeeds(err)
			equal(expires.Sub(inserted), 90*time.Second)
			return true, nil
		})
	}},
	{"a message whose handler fails comes back", func() {
		binding := started(newQueue(), "visibilityTimeout", "1s")
		create(binding, "again")
		var counts []string
		read(binding, func(message *bindings.ReadResponse) (bool, error) {
			counts = append(counts, message.Metadata["dequeueCount"])
			if len(counts) == 1 {
				return false, errors.New("not this time")
			}
			return true, nil
		})
		equal(counts, []string{"1", "2"})
	}},
	{"a message that its handler has taken is deleted", func() {
		// Were it not, it would be visible again before the second one is.
		binding := started(newQueue(), "visibilityTimeout", "1s")
		create(binding, "taken")
		create(binding, "second", "initialVisibilityDelay", "2s")
		equal(texts(binding, 2), []string{"taken", "second"})
	}},
	{"a message with a delay comes after one without", func() {
		binding := started(newQueue())
		create(binding, "late", "initialVisibilityDelay", "1s")
		create(binding, "early")
		equal(texts(binding, 2), []string{"early", "late"})
	}},
	{"what is encoded for the queue is decoded from it", func() {
		queue := newQueue()
		binary := "\x00\xff\xfe binary"
		encoding := started(queue, "encodeBase64", "true")
		create(encoding, binary)
		succeeds(encoding.Close())
		plain := started(queue)
		create(plain, base64.StdEncoding.EncodeToString([]byte("second")))
		succeeds(plain.Close())
		equal(texts(started(queue, "decodeBase64", "true"), 2), []string{binary, "second"})
	}},
	{"a message that is too long is refused when it is created", func() {
		binding := started(newQueue())
		_, err := binding.Invoke(context.Background(), &bindings.InvokeRequest{Data: []byte(strings.Repeat("x", 65537))})
		if err == nil || !strings.Contains(err.Error(), "RequestBodyTooLarge") {
			panic(fmt.Sprint("not refused as it should be: ", err))
		}
	}},
	{"a component with a key that is wrong, or a name that no queue may have, does not start", func() {
		for code, extra := range map[string][]string{
			"AuthenticationFailed": {"accountKey", "c3RyYW5nZXI="},
			"InvalidResourceName":  {"queueName", "No_Queue"},
		} {
			_, err := component(newQueue(), extra...)
			if err == nil || !strings.Contains(err.Error(), code) {
				panic(fmt.Sprintf("not refused with %s, but: %v", code, err))
			}
		}
	}},
}

func main() {
	tell(tests)
}
