//! The pages that people see who follow a link.

use axum::response::{IntoResponse as _, Response};
use edge_http::{escape_html, page_policy};
use edge_notifications::Channel;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, StatusCode};

const STYLE: &str = include_str!("page.css");

/// What a page says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Page<'a> {
    /// Asks whether to unsubscribe, with a button.
    Ask {
        /// The tenant's name.
        sender: &'a str,
        channel: Channel,
        /// The address, mostly hidden.
        address: &'a str,
    },
    /// The person is unsubscribed.
    Done {
        /// The tenant's name; None: the person is no contact any more.
        sender: Option<&'a str>,
        channel: Channel,
    },
    /// Nobody signed the link.
    Invalid,
}

fn messages(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "e-mails",
        Channel::Sms => "text messages",
        Channel::WhatsApp => "WhatsApp messages",
        Channel::Push | Channel::InApp => "messages",
    }
}

/// `address` as it is shown to whoever has the link, which may have been forwarded: `a•••@example.com`, `•••210`.
pub(super) fn hidden(channel: Channel, address: &str) -> String {
    match address.split_once('@').filter(|_| channel == Channel::Email) {
        Some((name, host)) => format!("{}•••@{host}", name.chars().take(1).collect::<String>()),
        None => {
            let count = address.chars().count();
            format!("•••{}", address.chars().skip(count.saturating_sub(3)).collect::<String>())
        }
    }
}

impl Page<'_> {
    fn content(self) -> (String, String) {
        match self {
            Self::Ask { sender, channel, address } => {
                let title = format!("Unsubscribe from the {} of {}?", messages(channel), escape_html(sender));
                // Without an action the form is posted to the link itself.
                let form = format!(
                    "<p>They are sent to {}.</p>\n<form method=\"post\">\
                     <button name=\"List-Unsubscribe\" value=\"One-Click\">Unsubscribe</button></form>",
                    escape_html(address)
                );
                (title, form)
            }
            Self::Done { sender, channel } => {
                let of = sender.map(|sender| format!(" of {}", escape_html(sender))).unwrap_or_default();
                let text = format!("<p>You get no more {}{of}.</p>", messages(channel));
                ("You are unsubscribed".to_owned(), text)
            }
            Self::Invalid => {
                let text = "<p>Follow the link in the message once more; it may have been cut.</p>".to_owned();
                ("This link is not valid".to_owned(), text)
            }
        }
    }

    pub(super) fn response(self) -> Response {
        let (title, content) = self.content();
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
             </head>\n<body>\n<main>\n<h1>{title}</h1>\n{content}\n</main>\n</body>\n</html>\n"
        );
        let policy = page_policy(STYLE, "'self'");
        let status = if matches!(self, Self::Invalid) { StatusCode::NOT_FOUND } else { StatusCode::OK };
        let headers = [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (CONTENT_SECURITY_POLICY, &policy),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (REFERRER_POLICY, "no-referrer"),
            (CACHE_CONTROL, "no-store"),
            (HeaderName::from_static("x-robots-tag"), "noindex"),
        ];
        (status, headers, html).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_to_whoever_knows_it_and_to_nobody_else() {
        assert_eq!(hidden(Channel::Email, "ana.b@x.example"), "a•••@x.example");
        assert_eq!(hidden(Channel::Sms, "+919876543210"), "•••210");
    }

    #[test]
    fn what_a_tenant_is_called_is_text_on_the_page() {
        let sender = "<script>alert(1)</script>\"'&";
        let page = Page::Ask { sender, channel: Channel::Email, address: "<•••@x\">" };
        let (title, content) = page.content();
        let shown = "Unsubscribe from the e-mails of &lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;?";
        assert_eq!(title, shown);
        assert!(content.contains("&lt;•••@x&quot;&gt;"), "{content}");
    }
}
