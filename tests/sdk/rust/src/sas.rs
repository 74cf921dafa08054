//! Shared access signatures, which this client takes but does not make.

use azure_core::credentials::Secret;
use azure_core::hmac::hmac_sha256;
use azure_core::http::Url;
use azure_core::time::{Duration, OffsetDateTime};

pub const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const VERSION: &str = "2021-12-02";

pub fn in_an_hour() -> OffsetDateTime {
    OffsetDateTime::now_utc().replace_nanosecond(0).unwrap() + Duration::hours(1)
}

pub fn an_hour_ago() -> OffsetDateTime {
    in_an_hour() - Duration::hours(2)
}

/// The account's address with `suffix` behind it and the pairs of a token.
pub fn address(suffix: &str, token: &[(&str, &str)]) -> Url {
    let server = std::env::var("QUPRITE_SDK_ENDPOINT").unwrap();
    let pairs = token.iter().filter(|(_, value)| !value.is_empty());
    Url::parse_with_params(&format!("{server}/{ACCOUNT}{suffix}"), pairs).unwrap()
}

/// What the account's key signs these lines with.
pub fn signature(lines: &[impl AsRef<str>]) -> String {
    let lines: Vec<&str> = lines.iter().map(AsRef::as_ref).collect();
    hmac_sha256(&lines.join("\n"), &Secret::new(KEY)).unwrap()
}

fn time(expiry: OffsetDateTime) -> String {
    azure_core::time::to_rfc3339(&expiry)
}

/// An address of the account with a token for some `permissions` on some resource `types`.
pub fn account(suffix: &str, permissions: &str, types: &str) -> Url {
    let expiry = time(in_an_hour());
    let fields = [ACCOUNT, permissions, "q", types, "", &expiry, "", "", VERSION, "", ""];
    address(
        suffix,
        &[
            ("sv", VERSION),
            ("ss", "q"),
            ("srt", types),
            ("sp", permissions),
            ("se", &expiry),
            ("sig", &signature(&fields)),
        ],
    )
}

/// The address of a queue with a token for some `permissions` on it.
pub fn queue(name: &str, permissions: &str, expiry: OffsetDateTime) -> Url {
    service_token(name, permissions, &time(expiry), "")
}

/// The address of a queue with a token that says what its stored policy says.
pub fn by_policy(name: &str, policy: &str) -> Url {
    service_token(name, "", "", policy)
}

fn service_token(name: &str, permissions: &str, expiry: &str, policy: &str) -> Url {
    let resource = format!("/queue/{ACCOUNT}/{name}");
    let fields = [permissions, "", expiry, &resource, policy, "", "", VERSION];
    address(
        &format!("/{name}"),
        &[("sv", VERSION), ("sp", permissions), ("se", expiry), ("si", policy), ("sig", &signature(&fields))],
    )
}
