//! What happens to messages.

use azure_core::http::headers::HeaderName;
use azure_core::http::{NoFormat, Response};
use azure_core::time::{Duration, OffsetDateTime};
use azure_storage_queue::QueueClient;
use azure_storage_queue::models::{
    QueueClientGetPropertiesResultHeaders, QueueClientPeekMessagesOptions, QueueClientReceiveMessagesOptions,
    QueueClientSendMessageOptions, QueueClientUpdateMessageOptions, QueueMessage, ReceivedMessage, SentMessage,
};

use crate::tap::{Test, refused};
use crate::{created, test};

const UPDATED_RECEIPT: HeaderName = HeaderName::from_static("x-ms-popreceipt");

fn message(text: &str) -> QueueMessage {
    QueueMessage { message_text: Some(text.to_string()) }
}

/// Sends a text, hidden for `delay` and alive for `life` seconds.
pub async fn try_send(
    queue: &QueueClient,
    text: &str,
    delay: Option<i32>,
    life: Option<i32>,
) -> azure_core::Result<SentMessage> {
    let options =
        QueueClientSendMessageOptions { visibility_timeout: delay, message_time_to_live: life, ..Default::default() };
    queue.send_message(message(text).try_into()?, Some(options)).await?.into_model()?.into_message()
}

pub async fn send(queue: &QueueClient, text: &str) -> SentMessage {
    try_send(queue, text, None, None).await.unwrap()
}

pub async fn receive(queue: &QueueClient, count: i32) -> Vec<ReceivedMessage> {
    let options = QueueClientReceiveMessagesOptions { number_of_messages: Some(count), ..Default::default() };
    queue.receive_messages(Some(options)).await.unwrap().into_model().unwrap().items.unwrap_or_default()
}

async fn receive_texts(queue: &QueueClient, count: i32) -> Vec<String> {
    receive(queue, count).await.into_iter().map(|message| message.message_text.unwrap_or_default()).collect()
}

async fn peek(queue: &QueueClient) -> Vec<String> {
    let options = QueueClientPeekMessagesOptions { number_of_messages: Some(32), ..Default::default() };
    let read = queue.peek_messages(Some(options)).await.unwrap().into_model().unwrap().items.unwrap_or_default();
    read.into_iter().map(|message| message.message_text.unwrap_or_default()).collect()
}

async fn update(
    queue: &QueueClient,
    id: &str,
    receipt: &str,
    visibility: i32,
    text: Option<&str>,
) -> Response<(), NoFormat> {
    let options = QueueClientUpdateMessageOptions {
        queue_message: text.map(|text| message(text).try_into().unwrap()),
        ..Default::default()
    };
    queue.update_message(id, receipt, visibility, Some(options)).await.unwrap()
}

fn receipt_of(answer: &Response<(), NoFormat>) -> String {
    answer.headers().get_str(&UPDATED_RECEIPT).unwrap().to_string()
}

async fn count(queue: &QueueClient) -> Option<i64> {
    queue.get_properties(None).await.unwrap().approximate_messages_count().unwrap()
}

fn between(from: Option<OffsetDateTime>, to: Option<OffsetDateTime>) -> Duration {
    to.unwrap() - from.unwrap()
}

pub fn tests() -> Vec<Test> {
    let mut tests = coming();
    tests.extend(texts());
    tests.extend(changing());
    tests
}

fn coming() -> Vec<Test> {
    vec![
        test!("a message is sent, peeked, received and deleted", {
            let (_, queue) = created().await;
            let sent = send(&queue, "hello").await;
            let peeked = queue.peek_messages(None).await.unwrap().into_model().unwrap().items.unwrap().remove(0);
            assert_eq!((peeked.message_id, peeked.dequeue_count), (sent.message_id.clone(), Some(0)));
            assert_eq!(peeked.message_text.as_deref(), Some("hello"));
            let received = receive(&queue, 1).await.remove(0);
            assert_eq!((&received.message_id, received.dequeue_count), (&sent.message_id, Some(1)));
            assert_eq!(received.message_text.as_deref(), Some("hello"));
            assert!(receive(&queue, 1).await.is_empty());
            let (id, receipt) = (received.message_id.unwrap(), received.pop_receipt.unwrap());
            queue.delete_message(&id, &receipt, None).await.unwrap();
            refused(404, "MessageNotFound", queue.delete_message(&id, &receipt, None).await);
        }),
        test!("messages come in batches, in the order they were sent", {
            let (_, queue) = created().await;
            for text in ["0", "1", "2", "3", "4"] {
                send(&queue, text).await;
            }
            assert_eq!(receive_texts(&queue, 2).await, ["0", "1"]);
            assert_eq!(receive_texts(&queue, 32).await, ["2", "3", "4"]);
            assert!(receive(&queue, 32).await.is_empty());
        }),
        test!("peeking many changes nothing", {
            let (_, queue) = created().await;
            for text in ["0", "1", "2"] {
                send(&queue, text).await;
            }
            assert_eq!(peek(&queue).await, ["0", "1", "2"]);
            assert_eq!(peek(&queue).await, ["0", "1", "2"]);
        }),
        test!("a message sent with a delay is hidden but counted", {
            let (_, queue) = created().await;
            let sent = try_send(&queue, "later", Some(60), None).await.unwrap();
            assert_eq!(between(sent.insertion_time, sent.time_next_visible), Duration::minutes(1));
            assert!(peek(&queue).await.is_empty());
            assert!(receive(&queue, 1).await.is_empty());
            assert_eq!(count(&queue).await, Some(1));
        }),
        test!("a message lives as long as it was sent for", {
            let (_, queue) = created().await;
            let week = send(&queue, "a week by default").await;
            assert_eq!(between(week.insertion_time, week.expiration_time), Duration::days(7));
            let minutes = try_send(&queue, "ten minutes", None, Some(600)).await.unwrap();
            assert_eq!(between(minutes.insertion_time, minutes.expiration_time), Duration::minutes(10));
            let ever = try_send(&queue, "for ever", None, Some(-1)).await.unwrap();
            assert_eq!(ever.expiration_time.unwrap().year(), 9999);
            let unseen = try_send(&queue, "never seen", Some(60), Some(60)).await;
            refused(400, "InvalidQueryParameterValue", unseen);
        }),
    ]
}

fn texts() -> Vec<Test> {
    vec![
        test!("every text comes back as it was sent", {
            let (_, queue) = created().await;
            let many = "👩‍👩‍👧 ".repeat(100);
            let sent = ["", "  spaces\tand\nlines  ", "naïve 日本語 😀", "<tag attr=\"'&amp;\">]]>", &many];
            for text in sent {
                send(&queue, text).await;
            }
            assert_eq!(receive_texts(&queue, 32).await, sent);
        }),
        test!("a text of 64 KiB is taken and one byte more is refused", {
            let (_, queue) = created().await;
            for largest in ["x".repeat(65_536), "é".repeat(32_768)] {
                send(&queue, &largest).await;
                assert!(receive_texts(&queue, 1).await == [largest.as_str()]);
                let larger = try_send(&queue, &format!("{largest}x"), None, None).await;
                refused(413, "RequestBodyTooLarge", larger);
            }
        }),
    ]
}

fn changing() -> Vec<Test> {
    vec![
        test!("an update extends the time and rewrites the text", {
            let (_, queue) = created().await;
            send(&queue, "first").await;
            let received = receive(&queue, 1).await.remove(0);
            let (id, receipt) = (received.message_id.unwrap(), received.pop_receipt.unwrap());
            let updated = receipt_of(&update(&queue, &id, &receipt, 60, Some("second")).await);
            assert_ne!(updated, receipt);
            refused(404, "MessageNotFound", queue.delete_message(&id, &receipt, None).await);
            update(&queue, &id, &updated, 0, None).await;
            let again = receive(&queue, 1).await.remove(0);
            assert_eq!((again.message_id.as_ref(), again.dequeue_count), (Some(&id), Some(2)));
            assert_eq!(again.message_text.as_deref(), Some("second"));
            queue.delete_message(&id, &again.pop_receipt.unwrap(), None).await.unwrap();
        }),
        test!("the receipt of a sent message updates and deletes it", {
            let (_, queue) = created().await;
            let sent = send(&queue, "first").await;
            let (id, receipt) = (sent.message_id.unwrap(), sent.pop_receipt.unwrap());
            let updated = receipt_of(&update(&queue, &id, &receipt, 0, Some("second")).await);
            assert_eq!(peek(&queue).await, ["second"]);
            queue.delete_message(&id, &updated, None).await.unwrap();
            assert!(peek(&queue).await.is_empty());
        }),
        test!("clearing removes hidden messages too", {
            let (_, queue) = created().await;
            send(&queue, "seen").await;
            try_send(&queue, "hidden", Some(60), None).await.unwrap();
            assert_eq!(count(&queue).await, Some(2));
            queue.clear(None).await.unwrap();
            assert_eq!(count(&queue).await, Some(0));
        }),
    ]
}
