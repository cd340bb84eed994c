//! XML, strictly: elements with attributes and text, and nothing that SOAP does not need.

/// An element.
#[derive(Debug, Default)]
pub(crate) struct Element {
    /// Its name, without its prefix.
    pub name: String,
    /// Names and values of its attributes.
    pub attributes: Vec<(String, String)>,
    /// What is in it, in order.
    pub children: Vec<Element>,
    /// Its own text.
    pub text: String,
}

fn unescape(text: &str) -> Option<String> {
    let mut rest = text;
    let mut all = String::new();
    while let Some((before, after)) = rest.split_once('&') {
        let (entity, after) = after.split_once(';')?;
        all.push_str(before);
        all.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => return None,
        });
        rest = after;
    }
    all.push_str(rest);
    Some(all)
}

/// The document's element. None: it is not well-formed.
pub(crate) fn parse(xml: &str) -> Option<Element> {
    let mut rest = xml.trim();
    if let Some(after) = rest.strip_prefix("<?xml") {
        rest = after.split_once("?>")?.1.trim_start();
    }
    let (element, rest) = element(rest)?;
    rest.trim().is_empty().then_some(element)
}

fn element(xml: &str) -> Option<(Element, &str)> {
    let (tag, mut rest) = xml.strip_prefix('<')?.split_once('>')?;
    let is_empty = tag.ends_with('/');
    let tag = tag.strip_suffix('/').unwrap_or(tag);
    let (full, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    let local = |name: &str| name.rsplit(':').next().unwrap_or_default().to_owned();
    let mut own = Element { name: local(full), ..Element::default() };
    let mut attributes = attributes.trim();
    while !attributes.is_empty() {
        let (name, after) = attributes.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        own.attributes.push((name.trim().to_owned(), unescape(value)?));
        attributes = after.trim_start();
    }
    if is_empty {
        return Some((own, rest));
    }
    loop {
        let (text, _) = rest.split_once('<')?;
        own.text.push_str(&unescape(text)?);
        rest = rest.get(text.len()..)?;
        if let Some(after) = rest.strip_prefix("</") {
            let (name, after) = after.split_once('>')?;
            return (name == full).then_some((own, after));
        }
        let (child, after) = element(rest)?;
        own.children.push(child);
        rest = after;
    }
}

impl Element {
    /// The first child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the child of that name; empty where there is none.
    pub(crate) fn of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.as_str())
    }

    /// An attribute; empty where there is none.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.as_str())
    }
}

/// `text` within an element.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
