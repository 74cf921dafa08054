import com.azure.storage.common.sas.AccountSasPermission;
import com.azure.storage.common.sas.AccountSasResourceType;
import com.azure.storage.common.sas.AccountSasService;
import com.azure.storage.common.sas.AccountSasSignatureValues;
import com.azure.storage.queue.QueueClient;
import com.azure.storage.queue.QueueClientBuilder;
import com.azure.storage.queue.QueueServiceClient;
import com.azure.storage.queue.QueueServiceClientBuilder;
import com.azure.storage.queue.models.QueueMessageItem;
import com.azure.storage.queue.sas.QueueSasPermission;
import com.azure.storage.queue.sas.QueueServiceSasSignatureValues;
import java.time.OffsetDateTime;
import java.util.List;

/** What shared access signatures allow and refuse. */
final class SharedAccess {
    private SharedAccess() {}

    private static void test(String sentence, Tap.Test test) {
        if ("0".equals(System.getenv("QUPRITE_SDK_SAS"))) {
            Tap.skip(sentence, "QUPRITE_SDK_SAS=0 leaves out shared access signatures");
        } else {
            Tap.test(sentence, test);
        }
    }

    /** The client of somebody who has a token and nothing else. */
    private static QueueClient holding(String token, QueueClient queue) {
        return new QueueClientBuilder().endpoint(Story.ENDPOINT).queueName(queue.getQueueName()).sasToken(token)
            .buildClient();
    }

    private static String token(QueueClient queue, String permissions, OffsetDateTime expiry) {
        return queue.generateSas(new QueueServiceSasSignatureValues(expiry, QueueSasPermission.parse(permissions)));
    }

    private static String accountToken(String permissions, String types) {
        return Story.service.generateAccountSas(new AccountSasSignatureValues(Story.IN_AN_HOUR,
            AccountSasPermission.parse(permissions), AccountSasService.parse("q"),
            AccountSasResourceType.parse(types)));
    }

    static void tell() {
        queueTokens();
        accountTokens();
    }

    private static void queueTokens() {
        test("a token to send sends and receives nothing", () -> {
            QueueClient queue = Story.createdQueue();
            QueueClient sender = holding(token(queue, "a", Story.IN_AN_HOUR), queue);
            sender.sendMessage("hello");
            Tap.refused(403, "AuthorizationPermissionMismatch", sender::receiveMessage);
        });
        test("a token to process receives and deletes", () -> {
            QueueClient queue = Story.createdQueue();
            queue.sendMessage("hello");
            QueueClient worker = holding(token(queue, "p", Story.IN_AN_HOUR), queue);
            QueueMessageItem received = worker.receiveMessage();
            worker.deleteMessage(received.getMessageId(), received.getPopReceipt());
            Tap.refused(403, "AuthorizationPermissionMismatch", () -> worker.sendMessage("hello"));
        });
        test("a token by stored policy lives as long as the policy", () -> {
            QueueClient queue = Story.createdQueue();
            queue.setAccessPolicy(Story.policy("sender", "a"));
            QueueClient sender = holding(queue.generateSas(new QueueServiceSasSignatureValues("sender")), queue);
            sender.sendMessage("hello");
            queue.setAccessPolicy(List.of());
            Tap.refused(403, "AuthenticationFailed", () -> sender.sendMessage("hello"));
        });
        test("a token that is over is refused", () -> {
            QueueClient queue = Story.createdQueue();
            QueueClient late = holding(token(queue, "r", Story.AN_HOUR_AGO), queue);
            Tap.refused(403, "AuthenticationFailed", late::peekMessage);
        });
    }

    private static void accountTokens() {
        test("an account token to send sends and receives nothing", () -> {
            QueueClient queue = Story.createdQueue();
            QueueClient sender = holding(accountToken("a", "o"), queue);
            sender.sendMessage("hello");
            Tap.refused(403, "AuthorizationPermissionMismatch", sender::receiveMessage);
        });
        test("an account token reaches only its resource types", () -> {
            QueueClient queue = Story.createdQueue();
            String token = accountToken("rl", "s");
            QueueServiceClient reader =
                new QueueServiceClientBuilder().endpoint(Story.ENDPOINT).sasToken(token).buildClient();
            Tap.equal(Story.names(reader, queue.getQueueName()), List.of(queue.getQueueName()));
            Tap.refused(403, "AuthorizationResourceTypeMismatch", () -> holding(token, queue).peekMessage());
        });
    }
}
