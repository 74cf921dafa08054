//! What shared access signatures allow and refuse.

use azure_storage_queue::QueueServiceClient;
use azure_storage_queue::models::SignedIdentifiers;

use crate::messages::{receive, send, try_send};
use crate::queues::{list, names, policy};
use crate::tap::{Test, refused};
use crate::{created, holding, key_holder, sas, test};

pub fn tests() -> Vec<Test> {
    vec![
        test!("a token to send sends and receives nothing", {
            let (name, _) = created().await;
            let sender = holding(sas::queue(&name, "a", sas::in_an_hour()));
            send(&sender, "hello").await;
            refused(403, "AuthorizationPermissionMismatch", sender.receive_messages(None).await);
        }),
        test!("a token to process receives and deletes", {
            let (name, queue) = created().await;
            send(&queue, "hello").await;
            let worker = holding(sas::queue(&name, "p", sas::in_an_hour()));
            let received = receive(&worker, 1).await.remove(0);
            worker.delete_message(&received.message_id.unwrap(), &received.pop_receipt.unwrap(), None).await.unwrap();
            refused(403, "AuthorizationPermissionMismatch", try_send(&worker, "hello", None, None).await);
        }),
        test!("a token by stored policy lives as long as the policy", {
            let (name, _) = created().await;
            let queue = key_holder(&name);
            queue.set_access_policy(policy("sender", "a").try_into().unwrap(), None).await.unwrap();
            let sender = holding(sas::by_policy(&name, "sender"));
            send(&sender, "hello").await;
            queue.set_access_policy(SignedIdentifiers::default().try_into().unwrap(), None).await.unwrap();
            refused(403, "AuthenticationFailed", try_send(&sender, "hello", None, None).await);
        }),
        test!("a token that is over is refused", {
            let (name, _) = created().await;
            let late = holding(sas::queue(&name, "r", sas::an_hour_ago()));
            refused(403, "AuthenticationFailed", late.peek_messages(None).await);
        }),
        test!("an account token to send sends and receives nothing", {
            let (name, _) = created().await;
            let sender = holding(sas::account(&format!("/{name}"), "a", "o"));
            send(&sender, "hello").await;
            refused(403, "AuthorizationPermissionMismatch", sender.receive_messages(None).await);
        }),
        test!("an account token reaches only its resource types", {
            let (name, _) = created().await;
            let reader = QueueServiceClient::new(sas::account("", "rl", "s"), None, None).unwrap();
            assert_eq!(names(&list(&reader, &name, None).await[0]), [&name]);
            let queue = holding(sas::account(&format!("/{name}"), "rl", "s"));
            refused(403, "AuthorizationResourceTypeMismatch", queue.peek_messages(None).await);
        }),
    ]
}
