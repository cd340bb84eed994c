//! Lists that are returned page by page.

use std::fmt::Display;

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use edge_capabilities::database::Cursor;

use crate::problem::Problem;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

/// The page of a list to return.
#[derive(Clone, Debug, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// The maximum number of entries: 1 to 200; the default is 50.
    #[param(required = false, minimum = 1, maximum = 200)]
    pub limit: u32,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

impl Page {
    /// How many rows to read for the page: one more than it holds. The extra row shows that another page follows.
    pub const fn rows(&self) -> u32 {
        self.limit.saturating_add(1)
    }

    /// The position after which the page begins, of a list that is ordered by a time and then by an id; None: the first
    /// page. `is_valid` decides which ids are accepted.
    pub fn cursor(&self, is_valid: impl Fn(&str) -> bool) -> Result<Option<Cursor>, Problem> {
        self.parse_cursor(|text| Cursor::parse(text).filter(|cursor| is_valid(&cursor.id)))
    }

    /// As [`Page::cursor`], of a list whose cursors are written in another way: `parse` reads one.
    pub fn parse_cursor<C>(&self, parse: impl FnOnce(&str) -> Option<C>) -> Result<Option<C>, Problem> {
        let Some(text) = &self.cursor else { return Ok(None) };
        parse(text).map(Some).ok_or_else(|| Problem::field("cursor", "must be the nextCursor of a page"))
    }

    /// The page with `rows`, of which up to [`Page::rows`] were read. `cursor` gives the position of a row, `convert` the
    /// entry that the response shows for it.
    pub fn listing<R, C: Display, T>(
        &self,
        mut rows: Vec<R>,
        cursor: impl FnOnce(&R) -> C,
        convert: impl FnMut(R) -> T,
    ) -> Listing<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_next = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| has_next).map(|last| cursor(last).to_string());
        Listing { data: rows.into_iter().map(convert).collect(), next_cursor }
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Listing<T> {
    /// The entries of the page.
    pub data: Vec<T>,
    /// The `cursor` of the next page; null on the last page.
    pub next_cursor: Option<String>,
}

impl<T> Listing<T> {
    /// As [`Page::listing`], of entries that are shown as they were read.
    pub fn from_one_more(found: Vec<T>, page: &Page, cursor: impl FnOnce(&T) -> String) -> Self {
        page.listing(found, cursor, |entry| entry)
    }
}

#[derive(Deserialize)]
struct ListQuery {
    limit: Option<String>,
    cursor: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Page {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let unreadable = |_| Problem::field("query", "cannot be read");
        let Query(query) = Query::<ListQuery>::try_from_uri(&parts.uri).map_err(unreadable)?;
        let limit = match query.limit.as_deref().map(str::parse) {
            None => DEFAULT_LIMIT,
            Some(Ok(limit)) if (1..=MAX_LIMIT).contains(&limit) => limit,
            Some(_) => return Err(Problem::field("limit", format!("must be a number from 1 to {MAX_LIMIT}"))),
        };
        Ok(Self { limit, cursor: query.cursor.filter(|cursor| !cursor.is_empty()) })
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::Timestamp;

    use super::*;

    async fn page(query: &str) -> Result<Page, Problem> {
        let (mut parts, ()) = http::Request::get(format!("/list{query}")).body(()).unwrap().into_parts();
        Page::from_request_parts(&mut parts, &()).await
    }

    #[tokio::test]
    async fn a_page_is_bounded() {
        assert_eq!(page("").await.unwrap(), Page { limit: 50, cursor: None });
        assert_eq!(page("?limit=200&cursor=x").await.unwrap(), Page { limit: 200, cursor: Some("x".into()) });
        for query in ["?limit=0", "?limit=201", "?limit=-1", "?limit=many", "?limit="] {
            assert_eq!(page(query).await.unwrap_err().errors()[0].field, "limit", "{query}");
        }
    }

    #[test]
    fn a_page_begins_after_its_cursor() {
        let cursor = |text: &str| Page { limit: 2, cursor: Some(text.to_owned()) }.cursor(|id| id.len() <= 3);
        let expected = Cursor { at: Timestamp::from_millis(17), id: "a.b".to_owned() };
        assert_eq!(cursor("17.a.b").unwrap(), Some(expected));
        assert_eq!(Page { limit: 2, cursor: None }.cursor(|_| false).unwrap(), None);
        for wrong in ["17", "x.a", ".a", "17.long"] {
            assert_eq!(cursor(wrong).unwrap_err().errors()[0].field, "cursor", "{wrong}");
        }
    }

    #[test]
    fn only_a_page_that_another_follows_has_a_next_cursor() {
        let page = Page { limit: 2, cursor: None };
        let full = page.listing(vec![1, 2, 3], |number| *number, |number| number * 10);
        assert_eq!((full.data, full.next_cursor), (vec![10, 20], Some("2".to_owned())));
        let last = page.listing(vec![1, 2], |number| *number, |number| number * 10);
        assert_eq!((last.data, last.next_cursor), (vec![10, 20], None));
    }
}
