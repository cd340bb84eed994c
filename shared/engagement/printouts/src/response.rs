//! Pages as HTTP answers.

use axum::response::{IntoResponse as _, Response};
use edge_http::{Code, Problem};
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS};

use crate::accept::Format;
use crate::html::{content_security_policy, html};
use crate::page::Page;
use crate::pdf::pdf;

/// The answer with `page` as a document of this format, which is not JSON. A PDF file is called `name`.
pub fn printed(format: Format, page: &Page, name: &str) -> Result<Response, Problem> {
    if format == Format::Pdf {
        let file = pdf(page).ok_or_else(|| Problem::new(Code::Internal, "The PDF file could not be written."))?;
        // In a header between quotes.
        let name: String = name.chars().filter(|one| one.is_ascii_graphic() && !"\"\\/".contains(*one)).collect();
        let name = format!("inline; filename=\"{name}.pdf\"");
        return Ok(([(CONTENT_TYPE, "application/pdf"), (CONTENT_DISPOSITION, &name)], file).into_response());
    }
    let policy = content_security_policy();
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, &policy)];
    Ok((headers, html(page)).into_response())
}

/// The answer with the headers of what is there in several formats.
#[must_use]
pub fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("Accept"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The error where the caller accepts none of the formats; `thing` is what was asked for: `invoice`.
pub fn not_acceptable(thing: &str) -> Problem {
    let detail = format!("The {thing} is there as application/json, text/html and application/pdf.");
    Problem::new(Code::NotAcceptable, detail)
}
