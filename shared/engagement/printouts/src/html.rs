//! The page as HTML: one document without scripts, pictures or anything else from elsewhere.

use std::fmt::Write as _;

use edge_http::{escape_html, page_policy};

use crate::page::Page;

const STYLE: &str = include_str!("page.css");

/// What a browser may do with the page: show it with its own style.
pub(crate) fn content_security_policy() -> String {
    page_policy(STYLE, "'none'")
}

fn paragraph(lines: &[String]) -> String {
    lines.iter().map(|line| escape_html(line)).collect::<Vec<_>>().join("<br>")
}

/// The document.
pub(crate) fn html(page: &Page) -> String {
    let title = escape_html(&page.title);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<main>\n<header><h1>{title}</h1>"
    );
    // Writing to a text does not fail.
    if let Some(stamp) = page.stamp {
        let _ = write!(html, "<p class=\"stamp\">{stamp}</p>");
    }
    let _ = writeln!(html, "</header>\n<section><address>{}</address>", paragraph(&page.sender));
    let _ = writeln!(html, "<address><b>To</b><br>{}</address>\n<dl>", paragraph(&page.recipient));
    for (label, value) in &page.facts {
        let _ = writeln!(html, "<dt>{label}</dt><dd>{}</dd>", escape_html(value));
    }
    html.push_str("</dl></section>\n<table>\n<thead><tr>");
    for column in page.columns {
        let _ = write!(html, "<th scope=\"col\">{column}</th>");
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for row in &page.rows {
        html.push_str("<tr>");
        for cell in row {
            let _ = write!(html, "<td>{}</td>", escape_html(cell));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n<tfoot>\n");
    for (label, value) in &page.sums {
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\" colspan=\"4\">{}</th><td>{}</td></tr>",
            escape_html(label),
            escape_html(value)
        );
    }
    html.push_str("</tfoot>\n</table>\n");
    if !page.notes.is_empty() {
        let _ = writeln!(html, "<p>{}</p>", paragraph(&page.notes));
    }
    html.push_str("</main>\n</body>\n</html>\n");
    html
}
