//! Requests for pages of the ERP's employees and projects.

use edge_upstreams::{Upstream, UpstreamError, UpstreamResponse, segment};
use serde::Deserialize;
use serde_json::Value;

use crate::error::PageError;
use crate::run::Kind;

/// The requested page size. The ERP may return more or fewer items.
const PAGE_LIMIT: u32 = 500;

/// A page of items.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) items: Vec<Value>,
    /// The cursor of the next page; None: this is the last page.
    pub(crate) next: Option<String>,
}

#[derive(Deserialize)]
struct PageBody {
    items: Vec<Value>,
    #[serde(default)]
    next_cursor: Value,
}

/// Fetches the page of `company` at `cursor`; without a cursor, the first page.
pub(crate) async fn fetch(erp: &Upstream, kind: Kind, company: &str, cursor: Option<&str>) -> Result<Page, PageError> {
    let (path, active) = match kind {
        Kind::Employees => ("/api/v1/hr/employees", "ACTIVE"),
        Kind::Projects => ("/api/v1/projects", "active"),
    };
    let mut path = format!("{path}?company_id={}&status={active}&limit={PAGE_LIMIT}", segment(company));
    if let Some(cursor) = cursor {
        path.push_str(&format!("&cursor={}", segment(cursor)));
    }
    read(erp.get(&path).await, cursor)
}

fn read(answer: Result<UpstreamResponse, UpstreamError>, cursor: Option<&str>) -> Result<Page, PageError> {
    let answer = answer.map_err(|error| match error {
        UpstreamError::NoResponse(..) => PageError::Retryable(error.to_string()),
        UpstreamError::Misconfigured(_) => PageError::Permanent(error.to_string()),
    })?;
    let status = answer.status;
    if !status.is_success() {
        let message = format!("the ERP answered with the status {}", status.as_u16());
        let later = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
        return Err(if later { PageError::Retryable(message) } else { PageError::Permanent(message) });
    }
    let broken = |error| PageError::Retryable(format!("the ERP's answer cannot be read: {error}"));
    let shape: PageBody = edge_json::from_slice(&answer.body).map_err(broken)?;
    let next = match shape.next_cursor {
        Value::Null | Value::Bool(false) => None,
        Value::String(next) if next.is_empty() => None,
        Value::String(next) => Some(next),
        Value::Number(next) => Some(next.to_string()),
        _ => return Err(PageError::Retryable("the ERP's answer cannot be read: next_cursor is not a text".to_owned())),
    };
    if next.is_some() && next.as_deref() == cursor {
        return Err(PageError::Permanent(
            "the ERP's pages do not end: the next cursor is the same as before".to_owned(),
        ));
    }
    Ok(Page { items: shape.items, next })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::StatusCode;

    use super::*;

    fn page(status: u16, body: &'static str) -> Result<(usize, Option<String>), bool> {
        let answer = UpstreamResponse {
            status: StatusCode::from_u16(status).unwrap(),
            body: Bytes::from_static(body.as_bytes()),
            date: None,
            retry_after: None,
            next_page: None,
        };
        match read(Ok(answer), Some("c1")) {
            Ok(page) => Ok((page.items.len(), page.next)),
            Err(no_page) => Err(matches!(no_page, PageError::Retryable(_))),
        }
    }

    #[test]
    fn an_incomplete_page_is_an_error() {
        for (status, body, expected) in [
            (200, r#"{"items":[{},{}],"next_cursor":"c2"}"#, Ok((2, Some("c2".to_owned())))),
            (200, r#"{"items":[],"next_cursor":7}"#, Ok((0, Some("7".to_owned())))),
            (200, r#"{"items":[]}"#, Ok((0, None))),
            (200, r#"{"items":[],"next_cursor":null}"#, Ok((0, None))),
            (200, r#"{"items":[],"next_cursor":false}"#, Ok((0, None))),
            (200, r#"{"items":[],"next_cursor":"c1"}"#, Err(false)),
            (200, r#"{"items":[],"next_cursor":{}}"#, Err(true)),
            (200, r#"{"items":null}"#, Err(true)),
            (200, "{}", Err(true)),
            (200, r#"{"items":[{"#, Err(true)),
            (200, "[]", Err(true)),
            (200, "[[]]", Err(true)),
            (200, r#"[[{}],"c2"]"#, Err(true)),
            (500, r#"{"items":[]}"#, Err(true)),
            (429, "", Err(true)),
            (401, r#"{"items":[]}"#, Err(false)),
            (404, "", Err(false)),
        ] {
            assert_eq!(page(status, body), expected, "{status} {body}");
        }
    }
}
