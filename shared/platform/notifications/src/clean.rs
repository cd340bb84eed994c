//! What others wrote, before it goes into a message: nothing of it ends a line of a header, or becomes markup of an e-mail.
//!
//! Notify puts variables into templates, subjects among them. In an e-mail `<`, `>` and `"` are written as HTML has it, so that
//! a name can neither open a tag nor end an attribute; `&` and `'` stay as they are, which stand in many names and cannot do
//! either by themselves. Line ends and other control characters are spaces. A link leads to a web page, to an address or to a
//! phone: one that runs a script is refused.

use serde_json::Value;

use crate::channel::Channel;

/// The schemes that a link may have.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// How the names of variables end that are links.
const LINKS: [&str; 2] = ["_url", "_link"];

/// The longest text message, characters: ten parts.
const MAX_TEXT_MESSAGE: usize = 1_530;

/// A character that a person does not see, or that begins a new line.
fn is_control(char: char) -> bool {
    char.is_control() || matches!(char, '\u{2028}' | '\u{2029}')
}

/// `text` on one line.
pub(crate) fn single_line(text: &str) -> String {
    text.chars().map(|char| if is_control(char) { ' ' } else { char }).collect()
}

/// Whether something can be sent to `address`: one address, and nothing that ends its line.
pub(crate) fn is_address(address: &str) -> bool {
    let forbidden =
        |char: char| is_control(char) || char.is_whitespace() || matches!(char, ',' | ';' | '<' | '>' | '"');
    (1..=320).contains(&address.len()) && !address.contains(forbidden)
}

/// Whether `text` fits into one text message.
pub(crate) fn fits(channel: Channel, text: &str) -> bool {
    channel != Channel::Sms || text.chars().count() <= MAX_TEXT_MESSAGE
}

/// The value of the variable `name` for a message over `channel`; None: it is a link that leads nowhere good.
pub(crate) fn variable(channel: Channel, name: &str, value: Value) -> Option<Value> {
    Some(match value {
        Value::String(text) => {
            if LINKS.iter().any(|end| name.ends_with(end)) && !is_link(&text) {
                return None;
            }
            text_of(channel, &text).into()
        }
        Value::Array(values) => {
            values.into_iter().map(|value| variable(channel, name, value)).collect::<Option<_>>()?
        }
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let value = variable(channel, &name, value)?;
                Some((single_line(&name), value))
            });
            Value::Object(fields.collect::<Option<_>>()?)
        }
        other => other,
    })
}

fn text_of(channel: Channel, text: &str) -> String {
    match channel {
        // A text message has lines, and no markup.
        Channel::Sms => text.chars().map(|char| if is_control(char) && char != '\n' { ' ' } else { char }).collect(),
        Channel::WhatsApp | Channel::Push | Channel::InApp => single_line(text),
        Channel::Email => single_line(text).replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
    }
}

/// Whether `text` is a link that a person may follow: one without a scheme is a path of the page's own site.
fn is_link(text: &str) -> bool {
    let scheme = text.split(['/', '?', '#']).next().and_then(|start| start.split_once(':')).map(|(scheme, _)| scheme);
    let is_known = |scheme: &str| SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme));
    !text.contains(is_control) && !text.starts_with(char::is_whitespace) && scheme.is_none_or(is_known)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_others_wrote_neither_ends_a_line_nor_becomes_markup() {
        let email = |value| variable(Channel::Email, "name", value).unwrap();
        for (written, sent) in [
            (json!("Tom & Jerry's"), json!("Tom & Jerry's")),
            (json!("₹2,499.00 अ"), json!("₹2,499.00 अ")),
            (json!("<script>alert(1)</script>"), json!("&lt;script&gt;alert(1)&lt;/script&gt;")),
            (json!("\" onmouseover=\"x"), json!("&quot; onmouseover=&quot;x")),
            (json!("a\r\nBcc: eve@x.example"), json!("a  Bcc: eve@x.example")),
            (json!("a\u{0}\u{85}\u{2028}b"), json!("a   b")),
            (
                json!({"a": ["<b>", {"c\n": "<i>"}], "n": 1.5}),
                json!({"a": ["&lt;b&gt;", {"c ": "&lt;i&gt;"}], "n": 1.5}),
            ),
            // No spreadsheet reads it.
            (json!("=1+1"), json!("=1+1")),
        ] {
            assert_eq!(email(written), sent);
        }
        assert_eq!(variable(Channel::Sms, "name", json!("<a>\r\nb")), Some(json!("<a> \nb")));
        assert_eq!(variable(Channel::WhatsApp, "1", json!("a\nb")), Some(json!("a b")));
    }

    #[test]
    fn a_link_leads_to_a_page_an_address_or_a_phone() {
        for (link, is_good) in [
            ("https://a.example/x?y=http:z", true),
            ("HTTP://a.example", true),
            ("mailto:a@x.example", true),
            ("tel:+911", true),
            ("/path:x", true),
            ("u", true),
            ("javascript:alert(1)", false),
            ("JavaScript:alert(1)", false),
            ("data:text/html,x", false),
            (" javascript:alert(1)", false),
            ("java\nscript:alert(1)", false),
            ("\u{1}javascript:alert(1)", false),
            ("vbscript:x", false),
        ] {
            assert_eq!(variable(Channel::Email, "retry_url", json!(link)).is_some(), is_good, "{link:?}");
            assert!(variable(Channel::Email, "name", json!(link)).is_some(), "{link:?} is no link elsewhere");
        }
    }

    #[test]
    fn an_address_is_one_and_on_one_line() {
        for good in ["a@x.example", "+919876543210", "ben", "o'brien+tag@x.example", "ü@x.example"] {
            assert!(is_address(good), "{good}");
        }
        let long = "a".repeat(321);
        for bad in
            ["", "a@x.example\r\nBcc: b@x", "a@x, b@x", "a@x;b@x", "A <a@x>", "a @x", "\"a\"@x", "a@x\u{2028}", &long]
        {
            assert!(!is_address(bad), "{bad:?}");
        }
    }
}
