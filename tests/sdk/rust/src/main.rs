//! The story of a queue, told with azure_storage_queue. Over HTTP it comes in by shared access signatures alone, as it
//! has no Shared Key and takes a bearer token only over HTTPS.

mod messages;
mod queues;
mod sas;
mod shared_access;
mod shared_key;
mod tap;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use azure_core::http::{ClientOptions, Url};
use azure_storage_queue::{QueueClient, QueueClientOptions, QueueServiceClient};

static QUEUES: AtomicUsize = AtomicUsize::new(0);

/// A name that no other test uses.
fn new_name() -> String {
    let number = QUEUES.fetch_add(1, Ordering::Relaxed) + 1;
    format!("{}-rust-{number}", std::env::var("QUPRITE_SDK_RUN").unwrap())
}

fn holding(address: Url) -> QueueClient {
    QueueClient::new(address, None, None).unwrap()
}

/// The client of somebody who may do everything with a queue.
fn owner(name: &str) -> QueueClient {
    service().queue_client(name).unwrap()
}

/// The client of somebody who has the account's key.
fn key_holder(name: &str) -> QueueClient {
    let client_options =
        ClientOptions { per_try_policies: vec![Arc::new(shared_key::SharedKey)], ..Default::default() };
    let options = QueueClientOptions { client_options, ..Default::default() };
    QueueClient::new(sas::address(&format!("/{name}"), &[]), None, Some(options)).unwrap()
}

fn service() -> QueueServiceClient {
    QueueServiceClient::new(sas::account("", "rwdlacup", "sco"), None, None).unwrap()
}

async fn created() -> (String, QueueClient) {
    let name = new_name();
    let queue = owner(&name);
    queue.create(None).await.unwrap();
    (name, queue)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut tests = queues::tests();
    tests.extend(messages::tests());
    tests.extend(shared_access::tests());
    if std::env::var("QUPRITE_SDK_SAS").as_deref() == Ok("0") {
        for test in &mut tests {
            test.skipped = Some("QUPRITE_SDK_SAS=0 leaves out shared access signatures");
        }
    }
    let good = tap::tell(tests).await;
    std::process::exit(if good { 0 } else { 1 });
}
