//! What the ERP is asked, a page at a time.

use edge_upstreams::{Upstream, UpstreamError, UpstreamResponse, segment};
use serde::Deserialize;
use serde_json::Value;

use crate::run::Kind;

/// How many are asked for at once. The ERP may give more or fewer.
const PAGE: u32 = 500;

/// A page of what the ERP has.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) items: Vec<Value>,
    /// Where the next begins; None: this is the last.
    pub(crate) next: Option<String>,
}

/// There is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoPage {
    /// The ERP may give it when it is asked again.
    NotNow(String),
    /// It will not.
    Never(String),
}

#[derive(Deserialize)]
struct Shape {
    items: Vec<Value>,
    #[serde(default)]
    next_cursor: Value,
}

/// The page of `company` that begins at `cursor`; without one, the first.
pub(crate) async fn fetch(erp: &Upstream, kind: Kind, company: &str, cursor: Option<&str>) -> Result<Page, NoPage> {
    let (path, active) = match kind {
        Kind::Employees => ("/api/v1/hr/employees", "ACTIVE"),
        Kind::Projects => ("/api/v1/projects", "active"),
    };
    let mut path = format!("{path}?company_id={}&status={active}&limit={PAGE}", segment(company));
    if let Some(cursor) = cursor {
        path.push_str(&format!("&cursor={}", segment(cursor)));
    }
    read(erp.get(&path).await, cursor)
}

fn read(answer: Result<UpstreamResponse, UpstreamError>, cursor: Option<&str>) -> Result<Page, NoPage> {
    let answer = answer.map_err(|silence| match silence {
        UpstreamError::NoResponse(..) => NoPage::NotNow(silence.to_string()),
        UpstreamError::Misconfigured(_) => NoPage::Never(silence.to_string()),
    })?;
    let status = answer.status;
    if !status.is_success() {
        let message = format!("the ERP answered with the status {}", status.as_u16());
        let later = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
        return Err(if later { NoPage::NotNow(message) } else { NoPage::Never(message) });
    }
    let broken = |error| NoPage::NotNow(format!("the ERP's answer cannot be read: {error}"));
    let shape: Shape = edge_json::from_slice(&answer.body).map_err(broken)?;
    let next = match shape.next_cursor {
        Value::Null | Value::Bool(false) => None,
        Value::String(next) if next.is_empty() => None,
        Value::String(next) => Some(next),
        Value::Number(next) => Some(next.to_string()),
        _ => return Err(NoPage::NotNow("the ERP's answer cannot be read: next_cursor is not a text".to_owned())),
    };
    if next.is_some() && next.as_deref() == cursor {
        return Err(NoPage::Never("the ERP's pages lead nowhere: the next is the one before".to_owned()));
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
        };
        match read(Ok(answer), Some("c1")) {
            Ok(page) => Ok((page.items.len(), page.next)),
            Err(no_page) => Err(matches!(no_page, NoPage::NotNow(_))),
        }
    }

    #[test]
    fn only_a_whole_page_is_one() {
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
