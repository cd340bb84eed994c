//! Pages to print: what stands on one ([`Page`]), as HTML or as a PDF file, whichever the caller likes best ([`Format`]).

mod accept;
mod font;
mod html;
mod page;
mod pdf;
mod response;

pub use accept::Format;
pub use page::Page;
pub use response::{not_acceptable, printed, with_headers};
