//! What stands on a page, as HTML and PDF show it alike.

/// A page with a table of five columns, of which the first is the widest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// `Invoice INV-2026-00001`.
    pub title: String,
    /// What is to be seen at once.
    pub stamp: Option<&'static str>,
    /// Who it is from: the name first.
    pub sender: Vec<String>,
    /// Whom it is for.
    pub recipient: Vec<String>,
    /// Dates and the like.
    pub facts: Vec<(&'static str, String)>,
    /// What stands above the lines.
    pub columns: [&'static str; 5],
    /// The lines.
    pub rows: Vec<[String; 5]>,
    /// The sums; the last stands out.
    pub sums: Vec<(String, String)>,
    /// The note, line by line.
    pub notes: Vec<String>,
}
