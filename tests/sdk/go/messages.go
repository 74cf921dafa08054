package main

import (
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	azqueue "github.com/Azure/azure-sdk-for-go/sdk/storage/azqueue/v2"
)

var messages = []test{
	{"a message is sent, peeked, received and deleted", func() {
		queue := withQueue()
		sent := queue.send("hello")
		peeked := must(queue.PeekMessage(ctx, nil)).Messages[0]
		equal(*peeked.MessageID, *sent.MessageID)
		equal(*peeked.MessageText, "hello")
		equal(*peeked.DequeueCount, 0)
		received := queue.receive(1, 30)[0]
		equal(*received.MessageID, *sent.MessageID)
		equal(*received.MessageText, "hello")
		equal(*received.DequeueCount, 1)
		equal(len(queue.receive(1, 30)), 0)
		must(queue.DeleteMessage(ctx, *received.MessageID, *received.PopReceipt, nil))
		refused[azqueue.DeleteMessageResponse](404, "MessageNotFound")(
			queue.DeleteMessage(ctx, *received.MessageID, *received.PopReceipt, nil))
	}},

	{"messages come in batches, in the order they were sent", func() {
		queue := withQueue()
		for _, text := range strings.Split("01234", "") {
			queue.send(text)
		}
		equal(texts(queue.receive(2, 30)), []string{"0", "1"})
		equal(texts(queue.receive(32, 30)), []string{"2", "3", "4"})
		equal(texts(queue.receive(32, 30)), []string{})
	}},

	{"peeking many changes nothing", func() {
		queue := withQueue()
		for _, text := range strings.Split("012", "") {
			queue.send(text)
		}
		equal(queue.peekTexts(), []string{"0", "1", "2"})
		equal(queue.peekTexts(), []string{"0", "1", "2"})
	}},

	{"a message sent with a delay is hidden but counted", func() {
		queue := withQueue()
		sent := queue.sendWith("later", azqueue.EnqueueMessageOptions{VisibilityTimeout: to.Ptr[int32](60)})
		equal(sent.TimeNextVisible.Sub(*sent.InsertionTime), time.Minute)
		equal(queue.peekTexts(), []string{})
		equal(len(queue.receive(1, 30)), 0)
		equal(queue.count(), 1)
	}},

	{"a message lives as long as it was sent for", func() {
		queue := withQueue()
		week := queue.send("a week by default")
		equal(week.ExpirationTime.Sub(*week.InsertionTime), 7*24*time.Hour)
		minutes := queue.sendWith("ten minutes", azqueue.EnqueueMessageOptions{TimeToLive: to.Ptr[int32](600)})
		equal(minutes.ExpirationTime.Sub(*minutes.InsertionTime), 10*time.Minute)
		ever := queue.sendWith("for ever", azqueue.EnqueueMessageOptions{TimeToLive: to.Ptr[int32](-1)})
		equal(ever.ExpirationTime.Year(), 9999)
		refused[azqueue.EnqueueMessagesResponse](400, "InvalidQueryParameterValue")(queue.EnqueueMessage(ctx, "never seen",
			&azqueue.EnqueueMessageOptions{VisibilityTimeout: to.Ptr[int32](60), TimeToLive: to.Ptr[int32](60)}))
	}},

	{"every text comes back as it was sent", func() {
		queue := withQueue()
		sent := []string{"", "  spaces\tand\nlines  ", "naïve 日本語 😀", "<tag attr=\"'&amp;\">]]>",
			strings.Repeat("👩‍👩‍👧 ", 100)}
		for _, text := range sent {
			queue.send(text)
		}
		equal(texts(queue.receive(32, 30)), sent)
	}},

	{"a text of 64 KiB is taken and one byte more is refused", func() {
		queue := withQueue()
		for _, largest := range []string{strings.Repeat("x", 65_536), strings.Repeat("é", 32_768)} {
			queue.send(largest)
			equal(*queue.receive(1, 30)[0].MessageText, largest)
			refused[azqueue.EnqueueMessagesResponse](413, "RequestBodyTooLarge")(
				queue.EnqueueMessage(ctx, largest+"x", nil))
		}
	}},

	{"an update extends the time and rewrites the text", func() {
		queue := withQueue()
		queue.send("first")
		received := queue.receive(1, 30)[0]
		updated := must(queue.UpdateMessage(ctx, *received.MessageID, *received.PopReceipt, "second",
			&azqueue.UpdateMessageOptions{VisibilityTimeout: to.Ptr[int32](60)}))
		equal(*updated.PopReceipt != *received.PopReceipt, true)
		equal(updated.TimeNextVisible.After(*received.TimeNextVisible), true)
		refused[azqueue.DeleteMessageResponse](404, "MessageNotFound")(
			queue.DeleteMessage(ctx, *received.MessageID, *received.PopReceipt, nil))
		must(queue.UpdateMessage(ctx, *received.MessageID, *updated.PopReceipt, "third",
			&azqueue.UpdateMessageOptions{VisibilityTimeout: to.Ptr[int32](0)}))
		again := queue.receive(1, 30)[0]
		equal(*again.MessageID, *received.MessageID)
		equal(*again.MessageText, "third")
		equal(*again.DequeueCount, 2)
		must(queue.DeleteMessage(ctx, *again.MessageID, *again.PopReceipt, nil))
	}},

	{"the receipt of a sent message updates and deletes it", func() {
		queue := withQueue()
		sent := queue.send("first")
		updated := must(queue.UpdateMessage(ctx, *sent.MessageID, *sent.PopReceipt, "second",
			&azqueue.UpdateMessageOptions{VisibilityTimeout: to.Ptr[int32](0)}))
		equal(queue.peekTexts(), []string{"second"})
		must(queue.DeleteMessage(ctx, *sent.MessageID, *updated.PopReceipt, nil))
		equal(queue.peekTexts(), []string{})
	}},

	{"clearing removes hidden messages too", func() {
		queue := withQueue()
		queue.send("seen")
		queue.sendWith("hidden", azqueue.EnqueueMessageOptions{VisibilityTimeout: to.Ptr[int32](60)})
		equal(queue.count(), 2)
		must(queue.ClearMessages(ctx, nil))
		equal(queue.count(), 0)
	}},
}
