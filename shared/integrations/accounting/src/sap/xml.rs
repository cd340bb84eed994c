//! As much of XML as the journal entry's service needs.

/// `text` within an element.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML 1.0 has no other control characters, not even escaped.
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}

fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    text.replace("&amp;", "&")
}

/// The inside of each element of this name, whatever its prefix, in order. Elements within elements of the same name are
/// found too.
pub(crate) fn elements<'x>(xml: &'x str, name: &str) -> Vec<&'x str> {
    let mut found = Vec::new();
    let mut rest = xml;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        let Some((tag, inside)) = after.split_once('>') else { break };
        let own = tag.split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
        if tag.starts_with('/') || own.rsplit(':').next() != Some(name) {
            continue;
        }
        if tag.ends_with('/') {
            found.push("");
        } else if let Some(end) = end_of(inside, own) {
            found.push(inside.get(..end).unwrap_or_default());
        }
    }
    found
}

/// Where the element `own`, whose inside begins with `inside`, ends.
fn end_of(inside: &str, own: &str) -> Option<usize> {
    let (mut depth, mut at) = (1_usize, 0_usize);
    loop {
        let rest = inside.get(at..)?;
        let open = rest.find('<')?;
        let tag = rest.get(open.checked_add(1)?..)?.split('>').next()?;
        let name = tag.trim_start_matches('/').split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
        if name == own {
            if tag.starts_with('/') {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return at.checked_add(open);
                }
            } else if !tag.ends_with('/') {
                depth = depth.checked_add(1)?;
            }
        }
        at = at.checked_add(open)?.checked_add(1)?;
    }
}

/// The text of the first element of this name; empty where there is none.
pub(crate) fn text(xml: &str, name: &str) -> String {
    elements(xml, name).first().map(|text| unescape(text.trim())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_by_their_local_name() {
        let xml =
            "<a:E xmlns:a=\"u\"><L><Item><T>1</T></Item><n:Item/><Item x=\"1\"><T> a &amp; b </T></Item></L></a:E>";
        assert_eq!(elements(xml, "Item"), ["<T>1</T>", "", "<T> a &amp; b </T>"]);
        assert_eq!(text(xml, "T"), "1");
        assert_eq!(text("<T> a &amp; &lt;b </T>", "T"), "a & <b");
        assert_eq!(text(xml, "U"), "");
    }

    #[test]
    fn an_element_within_one_of_the_same_name_does_not_end_it() {
        let xml = "<C><C><D>1</D></C><L>2</L></C>";
        assert_eq!(elements(xml, "C"), ["<C><D>1</D></C><L>2</L>", "<D>1</D>"]);
    }

    #[test]
    fn what_is_broken_has_no_elements() {
        for xml in ["", "<", "<a", "<a>", "<a><b></a>", "a>b</a>", "<a/", "</a>"] {
            assert!(elements(xml, "b").is_empty(), "{xml}");
        }
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escape("a&b<c>\"d\"\u{1}é"), "a&amp;b&lt;c&gt;&quot;d&quot; é");
    }
}
