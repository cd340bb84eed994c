//! Lists, a page at a time.

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use edge_capabilities::Timestamp;

use crate::problem::Problem;

const DEFAULT: u32 = 50;
const MAX_COUNT: u32 = 200;

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
    /// Behind which entry the page begins, of a list in the order of an instant and then of a name, whose cursors are
    /// `<milliseconds>.<name>`; `is_valid`: whether a name may be one.
    pub fn behind(&self, is_valid: impl Fn(&str) -> bool) -> Result<Option<(Timestamp, String)>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let read = cursor.split_once('.').and_then(|(at, name)| Some((Timestamp::from_millis(at.parse().ok()?), name)));
        let read = read.filter(|(_, name)| is_valid(name)).map(|(at, name)| (at, name.to_owned()));
        read.map(Some).ok_or_else(|| Problem::field("cursor", "must be the nextCursor of a page"))
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
    /// A page out of `found`, which was asked for one entry more than `page` wants so as to know whether more follow;
    /// `cursor` names where an entry stands.
    pub fn from_one_more(mut found: Vec<T>, page: &Page, cursor: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let next_cursor = if more { found.last().map(cursor) } else { None };
        Self { data: found, next_cursor }
    }
}

#[derive(Deserialize)]
struct Asked {
    limit: Option<String>,
    cursor: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Page {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let unreadable = |_| Problem::field("query", "cannot be read");
        let Query(asked) = Query::<Asked>::try_from_uri(&parts.uri).map_err(unreadable)?;
        let limit = match asked.limit.as_deref().map(str::parse) {
            None => DEFAULT,
            Some(Ok(limit)) if (1..=MAX_COUNT).contains(&limit) => limit,
            Some(_) => return Err(Problem::field("limit", format!("must be a number from 1 to {MAX_COUNT}"))),
        };
        Ok(Self { limit, cursor: asked.cursor.filter(|cursor| !cursor.is_empty()) })
    }
}

#[cfg(test)]
mod tests {
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
    fn a_cursor_says_behind_what_the_page_begins() {
        let behind = |cursor: &str| Page { limit: 2, cursor: Some(cursor.to_owned()) }.behind(|name| name.len() <= 3);
        assert_eq!(behind("17.a.b").unwrap(), Some((Timestamp::from_millis(17), "a.b".to_owned())));
        assert_eq!(Page { limit: 2, cursor: None }.behind(|_| false).unwrap(), None);
        for wrong in ["17", "x.a", ".a", "17.long"] {
            assert_eq!(behind(wrong).unwrap_err().errors()[0].field, "cursor", "{wrong}");
        }
    }

    #[test]
    fn the_next_cursor_stands_only_where_more_follows() {
        let page = Page { limit: 2, cursor: None };
        let full = Listing::from_one_more(vec![1, 2, 3], &page, ToString::to_string);
        assert_eq!((full.data, full.next_cursor), (vec![1, 2], Some("2".to_owned())));
        let last = Listing::from_one_more(vec![1, 2], &page, ToString::to_string);
        assert_eq!((last.data, last.next_cursor), (vec![1, 2], None));
    }
}
