//! Queues and the service.

use std::collections::HashMap;

use azure_core::time::{Duration, OffsetDateTime};
use azure_storage_queue::QueueServiceClient;
use azure_storage_queue::models::{
    AccessPolicy, CorsRule, GeoReplicationStatus, ListQueuesIncludeType, Logging, Metrics, QueueClientCreateOptions,
    QueueClientGetPropertiesResultHeaders, QueueItem, QueueServiceClientListQueuesOptions, QueueServiceProperties,
    RetentionPolicy, SignedIdentifier, SignedIdentifiers,
};
use futures::StreamExt;

use crate::tap::{Test, refused};
use crate::{created, key_holder, new_name, owner, sas, service, test};

fn metadata(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

fn with(pairs: &[(&str, &str)]) -> Option<QueueClientCreateOptions<'static>> {
    Some(QueueClientCreateOptions { metadata: Some(metadata(pairs)), ..Default::default() })
}

pub async fn list(from: &QueueServiceClient, prefix: &str, size: Option<i32>) -> Vec<Vec<QueueItem>> {
    let options = QueueServiceClientListQueuesOptions {
        prefix: Some(prefix.to_string()),
        maxresults: size,
        include: Some(vec![ListQueuesIncludeType::Metadata]),
        ..Default::default()
    };
    let mut pages = from.list_queues(Some(options)).unwrap().into_pages();
    let mut read = vec![];
    while let Some(page) = pages.next().await {
        read.push(page.unwrap().into_model().unwrap().queue_items);
    }
    read
}

pub fn names(page: &[QueueItem]) -> Vec<&str> {
    page.iter().map(|queue| queue.name.as_deref().unwrap()).collect()
}

pub fn policy(id: &str, permissions: &str) -> SignedIdentifiers {
    let policy = AccessPolicy {
        permission: Some(permissions.to_string()),
        start: Some(sas::an_hour_ago()),
        expiry: Some(sas::in_an_hour()),
    };
    SignedIdentifiers { items: Some(vec![SignedIdentifier { id: Some(id.to_string()), access_policy: Some(policy) }]) }
}

fn properties(on: bool) -> QueueServiceProperties {
    let retention = RetentionPolicy { enabled: Some(on), days: on.then_some(5) };
    let metrics = |enabled| Metrics {
        version: Some("1.0".to_string()),
        enabled: Some(enabled),
        include_apis: enabled.then_some(true),
        retention_policy: Some(retention.clone()),
    };
    let rule = CorsRule {
        allowed_origins: Some("http://example.test".to_string()),
        allowed_methods: Some("GET,PUT".to_string()),
        allowed_headers: Some("x-ms-meta-*".to_string()),
        exposed_headers: Some("*".to_string()),
        max_age_in_seconds: Some(60),
    };
    QueueServiceProperties {
        logging: Some(Logging {
            version: Some("1.0".to_string()),
            read: Some(on),
            write: Some(on),
            delete: Some(false),
            retention_policy: Some(retention.clone()),
        }),
        hour_metrics: Some(metrics(on)),
        minute_metrics: Some(metrics(false)),
        cors: Some(if on { vec![rule] } else { vec![] }),
    }
}

pub fn tests() -> Vec<Test> {
    let mut tests = creating();
    tests.extend(describing());
    tests.extend(the_service());
    tests
}

fn creating() -> Vec<Test> {
    vec![
        test!("creating a queue again changes nothing", {
            let queue = owner(&new_name());
            queue.create(None).await.unwrap();
            queue.create(None).await.unwrap();
        }),
        test!("creating a queue with other metadata is refused", {
            let queue = owner(&new_name());
            queue.create(with(&[("colour", "green")])).await.unwrap();
            queue.create(with(&[("colour", "green")])).await.unwrap();
            refused(409, "QueueAlreadyExists", queue.create(with(&[("colour", "blue")])).await);
            refused(409, "QueueAlreadyExists", queue.create(None).await);
        }),
        test!("a deleted queue is gone", {
            let (name, queue) = created().await;
            assert!(queue.exists().await.unwrap());
            queue.delete(None).await.unwrap();
            assert!(!queue.exists().await.unwrap());
            refused(404, "QueueNotFound", queue.delete(None).await);
            assert!(list(&service(), &name, None).await[0].is_empty());
        }),
        test!("a missing queue is named as such by every operation", {
            let name = new_name();
            let queue = owner(&name);
            refused(404, "QueueNotFound", queue.get_properties(None).await);
            refused(404, "QueueNotFound", queue.set_metadata(&metadata(&[]), None).await);
            refused(404, "QueueNotFound", queue.receive_messages(None).await);
            refused(404, "QueueNotFound", queue.peek_messages(None).await);
            refused(404, "QueueNotFound", queue.clear(None).await);
            refused(404, "QueueNotFound", key_holder(&name).get_access_policy(None).await);
        }),
        test!("a bad name is refused", {
            refused(400, "InvalidResourceName", owner("No-Capitals").create(None).await);
            refused(400, "OutOfRangeInput", owner("ab").create(None).await);
        }),
    ]
}

fn describing() -> Vec<Test> {
    vec![
        test!("queues are listed by prefix with their metadata", {
            let name = new_name();
            owner(&name).create(with(&[("colour", "green")])).await.unwrap();
            let pages = list(&service(), &name, None).await;
            assert_eq!(names(&pages[0]), [&name]);
            assert_eq!(pages[0][0].metadata, Some(metadata(&[("colour", "green")])));
            assert!(list(&service(), &format!("{name}x"), None).await[0].is_empty());
        }),
        test!("a list of queues comes in pages and in order", {
            let prefix = new_name();
            for last in ["zeta", "alpha", "mid", "beta", "eta"] {
                owner(&format!("{prefix}-{last}")).create(None).await.unwrap();
            }
            let pages = list(&service(), &prefix, Some(2)).await;
            let read: Vec<Vec<_>> =
                pages.iter().map(|page| names(page).iter().map(|name| &name[prefix.len() + 1..]).collect()).collect();
            assert_eq!(read, [vec!["alpha", "beta"], vec!["eta", "mid"], vec!["zeta"]]);
        }),
        test!("metadata is set, read and taken away", {
            let (_, queue) = created().await;
            let both = metadata(&[("colour", "green"), ("size", "a b")]);
            queue.set_metadata(&both, None).await.unwrap();
            assert_eq!(queue.get_properties(None).await.unwrap().metadata().unwrap(), both);
            queue.set_metadata(&metadata(&[]), None).await.unwrap();
            assert_eq!(queue.get_properties(None).await.unwrap().metadata().unwrap(), metadata(&[]));
        }),
        test!("stored access policies are set, read and taken away", {
            let (name, queue) = created().await;
            refused(403, "AuthorizationFailure", queue.get_access_policy(None).await);
            let queue = key_holder(&name);
            let sent = policy("worker", "rp");
            queue.set_access_policy(sent.clone().try_into().unwrap(), None).await.unwrap();
            let read = queue.get_access_policy(None).await.unwrap().into_model().unwrap().items.unwrap();
            assert_eq!(read.len(), 1);
            assert_eq!(read[0].id.as_deref(), Some("worker"));
            let (found, kept) = (read[0].access_policy.clone().unwrap(), sent.items.unwrap()[0].access_policy.clone());
            assert_eq!(found.permission.as_deref(), Some("rp"));
            assert_eq!(found.expiry, kept.unwrap().expiry);
            queue.set_access_policy(SignedIdentifiers::default().try_into().unwrap(), None).await.unwrap();
            assert!(queue.get_access_policy(None).await.unwrap().into_model().unwrap().items.is_none());
        }),
    ]
}

fn the_service() -> Vec<Test> {
    vec![
        test!("service properties are set and read", {
            service().set_properties(properties(true).try_into().unwrap(), None).await.unwrap();
            let read = service().get_properties(None).await.unwrap().into_model().unwrap();
            service().set_properties(properties(false).try_into().unwrap(), None).await.unwrap();
            let logging = read.logging.unwrap();
            assert_eq!((logging.read, logging.write, logging.delete), (Some(true), Some(true), Some(false)));
            assert_eq!(logging.retention_policy.unwrap().days, Some(5));
            let hours = read.hour_metrics.unwrap();
            assert_eq!((hours.enabled, hours.include_apis), (Some(true), Some(true)));
            assert_eq!(read.minute_metrics.unwrap().enabled, Some(false));
            let rules = read.cors.unwrap();
            assert_eq!(rules.len(), 1);
            assert_eq!(rules[0].allowed_origins.as_deref(), Some("http://example.test"));
            assert_eq!((rules[0].allowed_methods.as_deref(), rules[0].max_age_in_seconds), (Some("GET,PUT"), Some(60)));
        }),
        test!("statistics are read from the secondary", {
            let address = sas::account("-secondary", "r", "s");
            let secondary = QueueServiceClient::new(address, None, None).unwrap();
            let read = secondary.get_statistics(None).await.unwrap().into_model().unwrap();
            let replication = read.geo_replication.unwrap();
            assert_eq!(replication.status, Some(GeoReplicationStatus::Live));
            let age = OffsetDateTime::now_utc() - replication.last_sync_time.unwrap();
            assert!(age.abs() < Duration::hours(1));
        }),
        test!("a wrong signature is refused", {
            let mut address = sas::account("", "rl", "s");
            let wrong = address.query().unwrap().replace("sp=rl", "sp=rwl");
            address.set_query(Some(&wrong));
            let stranger = QueueServiceClient::new(address, None, None).unwrap();
            refused(403, "AuthenticationFailed", stranger.get_properties(None).await);
        }),
    ]
}
