//! What is there is found, and what is not there is made.

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::rules::Failure;
use crate::rules::client::Edge;

/// Under what everything of enterprise billing is.
pub const ENTERPRISE: &str = "/api/v1/enterprise-billing";

/// Makes what is not there, and counts.
pub struct Client {
    edge: Edge,
    made: u32,
    found: u32,
}

/// The text `name` of `of`; empty: it has none.
pub fn text<'v>(of: &'v Value, name: &str) -> &'v str {
    of.get(name).and_then(Value::as_str).unwrap_or_default()
}

impl Client {
    /// A client of `edge`.
    pub fn new(edge: Edge) -> Self {
        Self { edge, made: 0, found: 0 }
    }

    /// How much was made, and how much was there.
    pub fn summary(&self) -> String {
        format!("made {}, were there {}", self.made, self.found)
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<(StatusCode, Value), Failure> {
        let bytes = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let answer = self.edge.call(method.clone(), path, None, bytes).await?;
        if answer.status() == StatusCode::NOT_FOUND && method == Method::GET {
            return Ok((StatusCode::NOT_FOUND, Value::Null));
        }
        let named = |failure| match failure {
            Failure::Refused(why) => Failure::Refused(format!("{method} {path}: {why}")),
            Failure::Impossible(why) => Failure::Impossible(format!("{method} {path}: {why}")),
            Failure::Bad => Failure::Bad,
        };
        Ok((answer.status(), answer.read().map_err(named)?))
    }

    /// What is at `path`; None: there is nothing.
    pub async fn get(&self, path: &str) -> Result<Option<Value>, Failure> {
        let (status, body) = self.call(Method::GET, path, None).await?;
        Ok(Some(body).filter(|_| status != StatusCode::NOT_FOUND))
    }

    /// Posts `body`; gives the answer.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        Ok(self.call(Method::POST, path, Some(body)).await?.1)
    }

    /// Puts `body`; gives the answer.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        Ok(self.call(Method::PUT, path, Some(body)).await?.1)
    }

    /// The first entry of the list at `path`, which has a query, of which `is_wanted` holds.
    pub async fn find(&self, path: &str, is_wanted: impl Fn(&Value) -> bool) -> Result<Option<Value>, Failure> {
        let mut cursor = String::new();
        loop {
            let page = self.get(&format!("{path}&limit=200{cursor}")).await?.unwrap_or_default();
            let entries = page.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
            if let Some(found) = entries.into_iter().find(&is_wanted) {
                return Ok(Some(found));
            }
            match page.get("nextCursor").and_then(Value::as_str) {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(None),
            }
        }
    }

    /// Notes that something is made, or was there, and says so.
    pub fn note(&mut self, is_made: bool, what: &str, which: &str) {
        let count = if is_made { &mut self.made } else { &mut self.found };
        *count = count.saturating_add(1);
        eprintln!("{:<9}  {what:<14}  {which}", if is_made { "made" } else { "was there" });
    }

    /// What the list at `path` has with the `value` of `field`, or else what is made of `body` by posting it to `path`. `query`
    /// narrows the list: `code=MER`.
    pub async fn ensure(
        &mut self,
        what: &str,
        path: &str,
        query: &str,
        (field, value): (&str, &str),
        body: Value,
    ) -> Result<Value, Failure> {
        let found = self.find(&format!("{path}?{query}"), |entry| text(entry, field) == value).await?;
        let is_made = found.is_none();
        let entry = match found {
            Some(found) => found,
            None => {
                let mut body = body;
                if let Some(fields) = body.as_object_mut() {
                    fields.entry(field).or_insert_with(|| json!(value));
                }
                self.post(path, &body).await?
            }
        };
        self.note(is_made, what, value);
        Ok(entry)
    }
}
