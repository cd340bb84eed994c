//! Unsubscribing: by a signed link, which is shown by GET and used by POST, and by words in a reply.

pub(crate) mod api;
mod link;
mod page;
mod words;

pub use link::{UnsubscribeLink, UnsubscribeLinks};
pub(crate) use words::Wish;
