//! Which representation of a page a caller accepts (RFC 9110, section 12.5.1).

use http::HeaderMap;
use http::header::ACCEPT;

/// A representation of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `application/json`.
    Json,
    /// `text/html`.
    Html,
    /// `application/pdf`.
    Pdf,
}

impl Format {
    /// In the order in which they are chosen where a caller likes them the same.
    const ALL: [(Self, &'static str, &'static str); 3] =
        [(Self::Json, "application", "json"), (Self::Html, "text", "html"), (Self::Pdf, "application", "pdf")];

    /// The one that the caller likes best; None: none of them. Without `Accept` it is JSON.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        Self::accepted_or(headers, Self::Json)
    }

    /// The one that the caller likes best, `first` of those that they like the same; None: none of them.
    pub fn accepted_or(headers: &HeaderMap, first: Self) -> Option<Self> {
        let values = headers.get_all(ACCEPT).iter().map(|value| value.to_str().unwrap_or_default());
        let sent: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
        let ranges: Vec<(&str, &str, u32)> = sent.iter().filter_map(|range| read(range)).collect();
        if sent.iter().all(|range| range.is_empty()) {
            return Some(first);
        }
        let quality = |main: &str, sub: &str| {
            let is_of = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
            // The most specific range counts.
            let specificity = |(range, of, _): &(&str, &str, u32)| match (*range, *of) {
                ("*", "*") => Some(1),
                (range, "*") if is_of(range, main) => Some(2),
                (range, of) if is_of(range, main) && is_of(of, sub) => Some(3),
                _ => None,
            };
            let matching = ranges.iter().filter_map(|range| specificity(range).map(|rank| (rank, range.2)));
            matching.max_by_key(|(rank, _)| *rank).map_or(0, |(_, quality)| quality)
        };
        let mut best = (0, None);
        let (preferred, others) = (|one: &(Self, _, _)| one.0 == first, |one: &(Self, _, _)| one.0 != first);
        for (format, main, sub) in Self::ALL.into_iter().filter(preferred).chain(Self::ALL.into_iter().filter(others)) {
            let quality = quality(main, sub);
            if quality > best.0 {
                best = (quality, Some(format));
            }
        }
        best.1
    }
}

/// A range of media types, and its quality in thousandths.
fn read(range: &str) -> Option<(&str, &str, u32)> {
    let mut parts = range.split(';').map(str::trim);
    let (main, sub) = parts.next()?.split_once('/')?;
    let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let quality = quality.map_or(Some(1_000), thousandths)?;
    Some((main.trim(), sub.trim(), quality))
}

/// `0.8` as 800.
fn thousandths(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_quality = fraction.len() <= 3 && whole.len() == 1;
    let digits: u32 = format!("{whole}{fraction:0<3}").parse().ok()?;
    Some(digits).filter(|digits| is_quality && *digits <= 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_representation_that_the_caller_likes_best_is_chosen() {
        for (accept, format) in [
            (None, Some(Format::Json)),
            (Some(""), Some(Format::Json)),
            (Some("*/*"), Some(Format::Json)),
            (Some("application/json"), Some(Format::Json)),
            (Some("text/html"), Some(Format::Html)),
            (Some("Text/HTML; charset=utf-8"), Some(Format::Html)),
            (Some("application/pdf"), Some(Format::Pdf)),
            (Some("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), Some(Format::Html)),
            (Some("application/*"), Some(Format::Json)),
            (Some("text/*"), Some(Format::Html)),
            (Some("application/json;q=0.5, application/pdf;q=0.9"), Some(Format::Pdf)),
            (Some("*/*, application/json;q=0"), Some(Format::Html)),
            (Some("application/xml, text/html;q=0"), None),
            (Some("image/png"), None),
            (Some("application/pdf;q=2"), None),
            (Some("text/html;q=0.0001"), None),
            (Some("nonsense"), None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, accept.parse().unwrap());
            }
            assert_eq!(Format::accepted(&headers), format, "{accept:?}");
        }
        let any = HeaderMap::from_iter([(ACCEPT, "*/*".parse().unwrap())]);
        for headers in [any, HeaderMap::new()] {
            assert_eq!(Format::accepted_or(&headers, Format::Html), Some(Format::Html));
        }
    }
}
