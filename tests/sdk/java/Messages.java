import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.queue.QueueClient;
import com.azure.storage.queue.QueueClientBuilder;
import com.azure.storage.queue.QueueMessageEncoding;
import com.azure.storage.queue.models.PeekedMessageItem;
import com.azure.storage.queue.models.QueueMessageItem;
import com.azure.storage.queue.models.SendMessageResult;
import com.azure.storage.queue.models.UpdateMessageResult;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** What happens to messages. */
final class Messages {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private Messages() {}

    private static SendMessageResult send(QueueClient queue, String text, Duration delay, Duration timeToLive) {
        return queue.sendMessageWithResponse(text, delay, timeToLive, null, Context.NONE).getValue();
    }

    private static List<String> receive(QueueClient queue, int count) {
        // This client makes null of a text that is empty.
        return queue.receiveMessages(count).stream()
            .map(message -> Objects.requireNonNullElse(message.getMessageText(), "")).toList();
    }

    private static void sendAll(QueueClient queue, List<String> texts) {
        for (String text : texts) {
            queue.sendMessage(text);
        }
    }

    private static long count(QueueClient queue) {
        return queue.getProperties().getApproximateMessagesCountLong();
    }

    static void tell() {
        coming();
        texts();
        changing();
    }

    private static void coming() {
        Tap.test("a message is sent, peeked, received and deleted", () -> {
            QueueClient queue = Story.createdQueue();
            String id = queue.sendMessage("hello").getMessageId();
            PeekedMessageItem peeked = queue.peekMessage();
            Tap.equal(List.of(peeked.getMessageId(), peeked.getMessageText(), peeked.getDequeueCount()),
                List.of(id, "hello", 0L));
            QueueMessageItem received = queue.receiveMessage();
            Tap.equal(List.of(received.getMessageId(), received.getMessageText(), received.getDequeueCount()),
                List.of(id, "hello", 1L));
            Tap.equal(queue.receiveMessage(), null);
            queue.deleteMessage(received.getMessageId(), received.getPopReceipt());
            Tap.refused(404, "MessageNotFound",
                () -> queue.deleteMessage(received.getMessageId(), received.getPopReceipt()));
        });
        Tap.test("messages come in batches, in the order they were sent", () -> {
            QueueClient queue = Story.createdQueue();
            sendAll(queue, List.of("0", "1", "2", "3", "4"));
            Tap.equal(receive(queue, 2), List.of("0", "1"));
            Tap.equal(receive(queue, 32), List.of("2", "3", "4"));
            Tap.equal(receive(queue, 32), List.of());
        });
        Tap.test("peeking many changes nothing", () -> {
            QueueClient queue = Story.createdQueue();
            sendAll(queue, List.of("0", "1", "2"));
            Tap.equal(Story.peek(queue), List.of("0", "1", "2"));
            Tap.equal(Story.peek(queue), List.of("0", "1", "2"));
        });
        Tap.test("a message sent with a delay is hidden but counted", () -> {
            QueueClient queue = Story.createdQueue();
            SendMessageResult sent = send(queue, "later", MINUTE, null);
            Tap.equal(Duration.between(sent.getInsertionTime(), sent.getTimeNextVisible()), MINUTE);
            Tap.equal(Story.peek(queue), List.of());
            Tap.equal(queue.receiveMessage(), null);
            Tap.equal(count(queue), 1L);
        });
        Tap.test("a message lives as long as it was sent for", () -> {
            QueueClient queue = Story.createdQueue();
            SendMessageResult week = queue.sendMessage("a week by default");
            Tap.equal(Duration.between(week.getInsertionTime(), week.getExpirationTime()), Duration.ofDays(7));
            SendMessageResult minutes = send(queue, "ten minutes", null, Duration.ofMinutes(10));
            Tap.equal(Duration.between(minutes.getInsertionTime(), minutes.getExpirationTime()),
                Duration.ofMinutes(10));
            Tap.equal(send(queue, "for ever", null, Duration.ofSeconds(-1)).getExpirationTime().getYear(), 9999);
            Tap.refused(400, "InvalidQueryParameterValue", () -> send(queue, "never seen", MINUTE, MINUTE));
        });
    }

    private static void texts() {
        Tap.test("every text comes back as it was sent", () -> {
            QueueClient queue = Story.createdQueue();
            List<String> sent = List.of("", "  spaces\tand\nlines  ", "naïve 日本語 😀", "<tag attr=\"'&amp;\">]]>",
                "👩‍👩‍👧 ".repeat(100));
            sendAll(queue, sent);
            Tap.equal(receive(queue, 32), sent);
        });
        Tap.test("bytes come back through Base64", () -> {
            byte[] every = new byte[256];
            for (int value = 0; value < every.length; value++) {
                every[value] = (byte) value;
            }
            QueueClient queue = new QueueClientBuilder().connectionString(Story.CONNECTION)
                .queueName(Story.createdQueue().getQueueName()).messageEncoding(QueueMessageEncoding.BASE64)
                .buildClient();
            queue.sendMessage(BinaryData.fromBytes(every));
            Tap.equal(Arrays.equals(queue.receiveMessage().getBody().toBytes(), every), true);
        });
        Tap.test("a text of 64 KiB is taken and one byte more is refused", () -> {
            QueueClient queue = Story.createdQueue();
            for (String largest : List.of("x".repeat(65_536), "é".repeat(32_768))) {
                queue.sendMessage(largest);
                Tap.equal(queue.receiveMessage().getMessageText(), largest);
                Tap.refused(413, "RequestBodyTooLarge", () -> queue.sendMessage(largest + "x"));
            }
        });
    }

    private static void changing() {
        Tap.test("an update extends the time and rewrites the text", () -> {
            QueueClient queue = Story.createdQueue();
            queue.sendMessage("first");
            QueueMessageItem received = queue.receiveMessage();
            String id = received.getMessageId();
            UpdateMessageResult updated = queue.updateMessage(id, received.getPopReceipt(), "second", MINUTE);
            Tap.equal(updated.getPopReceipt().equals(received.getPopReceipt()), false);
            Tap.equal(updated.getTimeNextVisible().isAfter(received.getTimeNextVisible()), true);
            Tap.refused(404, "MessageNotFound", () -> queue.deleteMessage(id, received.getPopReceipt()));
            queue.updateMessage(id, updated.getPopReceipt(), "third", Duration.ZERO);
            QueueMessageItem again = queue.receiveMessage();
            Tap.equal(List.of(again.getMessageId(), again.getMessageText(), again.getDequeueCount()),
                List.of(id, "third", 2L));
            queue.deleteMessage(id, again.getPopReceipt());
        });
        Tap.test("the receipt of a sent message updates and deletes it", () -> {
            QueueClient queue = Story.createdQueue();
            SendMessageResult sent = queue.sendMessage("first");
            UpdateMessageResult updated =
                queue.updateMessage(sent.getMessageId(), sent.getPopReceipt(), "second", Duration.ZERO);
            Tap.equal(Story.peek(queue), List.of("second"));
            queue.deleteMessage(sent.getMessageId(), updated.getPopReceipt());
            Tap.equal(Story.peek(queue), List.of());
        });
        Tap.test("clearing removes hidden messages too", () -> {
            QueueClient queue = Story.createdQueue();
            queue.sendMessage("seen");
            send(queue, "hidden", MINUTE, null);
            Tap.equal(count(queue), 2L);
            queue.clearMessages();
            Tap.equal(count(queue), 0L);
        });
    }
}
