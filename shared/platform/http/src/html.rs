//! Pages without scripts, pictures or anything else from elsewhere.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

/// `text` as HTML shows it, also within quotes.
#[must_use]
pub fn escape_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for one in text.chars() {
        match one {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

/// The `Content-Security-Policy` of a page: it shows itself with its own `style`, and posts forms to `form_action` alone:
/// `'none'`, `'self'`.
#[must_use]
pub fn page_policy(style: &str, form_action: &str) -> String {
    let style = BASE64_STANDARD.encode(Sha256::digest(style));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action {form_action}; frame-ancestors 'none'"
    )
}
