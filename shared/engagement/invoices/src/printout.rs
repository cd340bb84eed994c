//! An invoice as a page to print: HTML, or a PDF file.

mod accept;
mod font;
mod html;
mod page;
mod pdf;

pub(crate) use accept::Format;
pub(crate) use html::{content_security_policy, html};
pub(crate) use page::Page;
pub(crate) use pdf::pdf;
