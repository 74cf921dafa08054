//! Shared Key, as an application may add it to this client: for what no token reaches, the stored access policies.

use std::sync::Arc;

use azure_core::http::headers::{AUTHORIZATION, CONTENT_TYPE, MS_DATE};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{Context, Request};
use azure_core::time::{OffsetDateTime, to_rfc7231};

use crate::sas::{ACCOUNT, signature};

#[derive(Debug)]
pub struct SharedKey;

#[async_trait::async_trait]
impl Policy for SharedKey {
    async fn send(&self, context: &Context, request: &mut Request, next: &[Arc<dyn Policy>]) -> PolicyResult {
        request.insert_header(MS_DATE, to_rfc7231(&OffsetDateTime::now_utc()));
        let authorization = format!("SharedKey {ACCOUNT}:{}", signature(&lines(request)));
        request.insert_header(AUTHORIZATION, authorization);
        next[0].send(context, request, &next[1..]).await
    }
}

/// The lines to sign, in the order that "Authorize with Shared Key" gives.
fn lines(request: &Request) -> Vec<String> {
    let length = request.body().len().unwrap_or(0);
    let mut lines = vec![String::new(); 12];
    lines[0] = request.method().as_str().to_string();
    lines[3] = if length == 0 { String::new() } else { length.to_string() };
    lines[5] = request.headers().get_optional_str(&CONTENT_TYPE).unwrap_or_default().to_string();
    let mut headers: Vec<_> = request
        .headers()
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("x-ms-"))
        .map(|(name, value)| format!("{}:{}", name.as_str(), value.as_str()))
        .collect();
    headers.sort();
    lines.extend(headers);
    lines.push(format!("/{ACCOUNT}{}", request.url().path()));
    let mut terms: Vec<_> = request.url().query_pairs().map(|(name, value)| format!("{name}:{value}")).collect();
    terms.sort();
    lines.extend(terms);
    lines
}
