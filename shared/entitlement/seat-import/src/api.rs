//! The API of a running edge, as an import calls it.

use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// How often a call is repeated that the edge could not answer for now.
const MAX_ATTEMPTS: u32 = 8;

/// The first pause before a call is repeated; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The size of a page.
const PAGE: usize = 100;

/// A running edge.
#[async_trait]
pub trait EdgeApi: Send + Sync {
    /// What is answered. An error: the edge cannot be reached.
    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<ApiAnswer, String>;

    /// Waits.
    async fn pause(&self, duration: Duration);
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The JSON, or null.
    pub body: Value,
}

/// Why an import cannot go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The edge cannot be reached, or did not let the caller in.
    #[error("{0}")]
    Impossible(String),
    /// The edge refuses.
    #[error("{0}")]
    Refused(String),
}

impl ApiAnswer {
    /// The code of an error.
    pub(crate) fn code(&self) -> &str {
        self.body.get("code").and_then(Value::as_str).unwrap_or_default()
    }

    /// What is wrong, for people.
    pub(crate) fn problem(&self) -> String {
        let text = |field: &str| self.body.get(field).and_then(Value::as_str).unwrap_or_default();
        let mut problem = format!("{} ({})", text("detail"), self.code());
        for error in self.body.get("errors").and_then(Value::as_array).into_iter().flatten() {
            let part = |field: &str| error.get(field).and_then(Value::as_str).unwrap_or_default();
            problem.push_str(&format!("; {}: {}", part("field"), part("message")));
        }
        problem
    }

    const fn is_passing(&self) -> bool {
        matches!(self.status, 429 | 502 | 503 | 504)
    }
}

/// A segment or a value of a query.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// What is answered; a call that the edge cannot answer for now is repeated. All calls of an import may be.
pub(crate) async fn ask(
    api: &dyn EdgeApi,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<ApiAnswer, ImportError> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..MAX_ATTEMPTS {
        let answer = api.call(method.clone(), path, body).await.map_err(ImportError::Impossible)?;
        if !answer.is_passing() {
            return check(path, answer);
        }
        api.pause(pause).await;
        pause = pause.saturating_mul(2);
    }
    let answer = api.call(method, path, body).await.map_err(ImportError::Impossible)?;
    if answer.is_passing() {
        return Err(ImportError::Impossible(format!("{path}: {} {}", answer.status, answer.problem())));
    }
    check(path, answer)
}

/// A caller without the right is refused at once, and not for each seat.
fn check(path: &str, answer: ApiAnswer) -> Result<ApiAnswer, ImportError> {
    match answer.status {
        401 | 403 | 500.. => Err(ImportError::Impossible(format!("{path}: {} {}", answer.status, answer.problem()))),
        _ => Ok(answer),
    }
}

/// The JSON of a good answer.
pub(crate) async fn get(api: &dyn EdgeApi, path: &str) -> Result<Value, ImportError> {
    let answer = ask(api, Method::GET, path, None).await?;
    if answer.status == 200 {
        return Ok(answer.body);
    }
    Err(ImportError::Refused(format!("{path}: {}", answer.problem())))
}

/// All rows of a list.
pub(crate) async fn list(api: &dyn EdgeApi, path: &str) -> Result<Vec<Value>, ImportError> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    let and = if path.contains('?') { '&' } else { '?' };
    loop {
        let mut page = get(api, &format!("{path}{and}limit={PAGE}{cursor}")).await?;
        if let Some(Value::Array(data)) = page.get_mut("data").map(Value::take) {
            rows.extend(data);
        }
        match page.get("nextCursor").or_else(|| page.get("next_cursor")).and_then(Value::as_str) {
            Some(next) => cursor = format!("&cursor={}", encoded(next)),
            None => return Ok(rows),
        }
    }
}

/// The text in `field`.
pub(crate) fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.get(field).and_then(Value::as_str)
}
