//! The access log: one line per request with the component, the duration and the outcome. It never contains a key, a
//! signature, a body, or a raw path, which may contain any of them.

use std::time::Duration;

use edge_capabilities::{Log, Timestamp};
use serde::Serialize;

/// The outcome of a request in the access log, in terms of the domain. A handler puts it into the extensions of its
/// response; without it, the log has the problem's code, or `OK`.
#[derive(Clone, Copy, Debug)]
pub struct LogOutcome(pub &'static str);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry<'a> {
    pub(crate) ts: String,
    pub(crate) level: &'static str,
    pub(crate) component: &'static str,
    pub(crate) request_id: &'a str,
    pub(crate) method: &'a str,
    pub(crate) route: &'a str,
    pub(crate) status: u16,
    pub(crate) outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<&'a str>,
    pub(crate) duration_us: u64,
}

impl Entry<'_> {
    pub(crate) fn level(status: u16) -> &'static str {
        match status {
            500.. => "error",
            400.. => "warn",
            _ => "info",
        }
    }

    pub(crate) fn write(&self, log: &dyn Log) {
        if let Ok(line) = serde_json::to_string(self) {
            log.write(line);
        }
    }
}

pub(crate) fn timestamp(now: Timestamp) -> String {
    now.to_rfc3339_millis()
}

pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
