//! Scripts and styles. Their names contain a hash of their content, so that they may be kept for ever.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use edge_http::{Code, Problem, accepts_encoding};
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// A file of the app, and its compressed forms. There is at least one of its forms.
pub(crate) struct Asset {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    /// None: the file is too large to be embedded uncompressed.
    pub(crate) identity: Option<&'static [u8]>,
    pub(crate) brotli: Option<&'static [u8]>,
    pub(crate) gzip: Option<&'static [u8]>,
}

mod embedded {
    use super::Asset;

    include!(concat!(env!("OUT_DIR"), "/assets.rs"));

    pub(super) const ALL: &[Asset] = ASSETS;
    pub(super) const PAGE: Option<&str> = INDEX;
    pub(super) const API_PAGE: Option<&str> = DOCS;
}

/// The page of the app; None: the edge was built without Node.js.
pub(crate) const PAGE: Option<&str> = embedded::PAGE;

/// The page that shows the API's description; None: as above.
pub(crate) const API_PAGE: Option<&str> = embedded::API_PAGE;

/// The files of the app.
pub(crate) const ALL: &[Asset] = embedded::ALL;

/// Other sites may neither read nor embed what the console consists of.
pub(crate) const SAFETY: [(HeaderName, HeaderValue); 4] = [
    (http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (http::header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

impl Asset {
    /// The smallest form that a browser with these headers reads, and the form's name. Where there is none, gzip: every
    /// browser reads that.
    fn form(&self, headers: &HeaderMap) -> (&'static [u8], Option<&'static str>) {
        let forms = [(self.brotli, "br"), (self.gzip, "gzip")];
        let read = forms
            .into_iter()
            .find_map(|(form, name)| form.filter(|_| accepts_encoding(headers, name)).map(|it| (it, name)));
        match (read, self.identity, self.gzip) {
            (Some((form, name)), ..) => (form, Some(name)),
            (None, Some(identity), _) => (identity, None),
            (None, None, gzip) => (gzip.unwrap_or_default(), Some("gzip")),
        }
    }
}

/// A missing file is a plain 404: a page in its place would be read as a script.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let asset = ALL.iter().find(|asset| asset.name == name);
    let asset = asset.ok_or_else(|| Problem::new(Code::NotFound, "This build of the console has no such file."))?;
    let (bytes, encoding) = asset.form(&headers);
    // The name changes with the content, and the form with the browser.
    let tag = format!("\"{name}.{}\"", encoding.unwrap_or("identity"));
    let caching =
        [(ETAG, tag.as_str()), (CACHE_CONTROL, "public, max-age=31536000, immutable"), (VARY, "Accept-Encoding")];
    if edge_http::if_none_match(&headers, tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, SAFETY, caching).into_response());
    }
    let mut response = (SAFETY, caching, [(CONTENT_TYPE, asset.kind)], bytes).into_response();
    if let Some(encoding) = encoding {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}
