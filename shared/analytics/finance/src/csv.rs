//! Reports as CSV (RFC 4180, safe in a spreadsheet), sent piece by piece. Amounts are plain decimal numbers.

use std::convert::Infallible;
use std::fmt;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use edge_csv::{Cell, Members, push_record};
use http::header::CONTENT_TYPE;
use serde::Serialize;
use serde_json::value::RawValue;

/// About how many bytes go out at once.
const PIECE: usize = 32_768;

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// A text that somebody may have chosen.
    Text(String),
    /// A number, a date or a currency.
    Plain(String),
    /// Nothing.
    Empty,
}

impl Field {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Text(text) => Cell::Text(text),
            Self::Plain(text) => Cell::Plain(text),
            Self::Empty => Cell::Plain(""),
        }
    }

    /// The text of a value; None: nothing.
    pub(crate) fn text(value: Option<&str>) -> Self {
        value.map_or(Self::Empty, |text| Self::Text(text.to_owned()))
    }

    /// Something that the edge wrote.
    pub(crate) fn plain(value: impl fmt::Display) -> Self {
        Self::Plain(value.to_string())
    }

    /// The text of a JSON value that is no list and no object.
    fn of_json(value: &RawValue) -> Self {
        match value.get() {
            "null" => Self::Empty,
            json if json.starts_with('"') => Self::Text(serde_json::from_str(json).unwrap_or_default()),
            json => Self::Plain(json.to_owned()),
        }
    }
}

/// `records` below their `names` as an answer.
pub(crate) fn respond(names: &[&str], records: Vec<Vec<Field>>) -> Response {
    let mut head = String::new();
    push_record(&mut head, names.iter().map(|name| Cell::Text(name)));
    let mut records = records.into_iter();
    let mut head = Some(head);
    let pieces = std::iter::from_fn(move || {
        let mut piece = head.take().unwrap_or_default();
        for record in records.by_ref() {
            push_record(&mut piece, record.iter().map(Field::cell));
            if piece.len() >= PIECE {
                break;
            }
        }
        (!piece.is_empty()).then_some(Ok::<_, Infallible>(piece))
    });
    let body = Body::from_stream(futures::stream::iter(pieces));
    ([(CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], body).into_response()
}

/// The columns of figures.
pub(crate) const FIGURES: [&str; 7] = ["currency", "section", "figure", "part", "name", "value", "previous"];

/// The figures of `value`, which are in the currency of its member `currency`, as records of [`FIGURES`]. Each other member is a
/// section, of which each number is a figure beside that of the period before. Members of members are joined by a dot. Of a
/// list each number of each element is one; the element's first member is its part, and its name, if it has one, its name.
pub(crate) fn figures<T: Serialize>(value: &T, records: &mut Vec<Vec<Field>>) -> Result<(), serde_json::Error> {
    let mut sections: Members = serde_json::from_str(&serde_json::to_string(value)?)?;
    let currency = sections.take("currency").map_or(Field::Empty, |currency| Field::of_json(&currency));
    for (section, value) in sections.0 {
        let mut walk = Walk { currency: &currency, section: &section, records };
        walk.value("", &value, None)?;
    }
    Ok(())
}

struct Walk<'w> {
    currency: &'w Field,
    section: &'w str,
    records: &'w mut Vec<Vec<Field>>,
}

impl Walk<'_> {
    fn push(&mut self, figure: &str, (part, name): (Field, Field), value: &RawValue, previous: Option<&RawValue>) {
        self.records.push(vec![
            self.currency.clone(),
            Field::Plain(self.section.to_owned()),
            Field::Plain(figure.to_owned()),
            part,
            name,
            Field::of_json(value),
            previous.map_or(Field::Empty, Field::of_json),
        ]);
    }

    fn value(&mut self, path: &str, value: &RawValue, previous: Option<&RawValue>) -> Result<(), serde_json::Error> {
        if value.get().starts_with('[') {
            for element in serde_json::from_str::<Vec<Box<RawValue>>>(value.get())? {
                self.element(path, &element)?;
            }
            return Ok(());
        }
        let is_object = |value: &RawValue| value.get().starts_with('{');
        if !is_object(value) && !previous.is_some_and(is_object) {
            self.push(path, (Field::Empty, Field::Empty), value, previous);
            return Ok(());
        }
        let members = |value: &RawValue| {
            if is_object(value) { serde_json::from_str(value.get()) } else { Ok(Members(Vec::new())) }
        };
        let mut own = members(value)?;
        if previous.is_none() && own.0.iter().map(|(name, _)| name.as_str()).eq(["current", "previous"]) {
            if let (Some(current), Some(before)) = (own.take("current"), own.take("previous")) {
                return self.value(path, &current, Some(&before));
            }
            return Ok(());
        }
        let mut before = previous.map(members).transpose()?.unwrap_or(Members(Vec::new()));
        for (name, member) in own.0 {
            let before = before.take(&name);
            let path = if path.is_empty() { name } else { format!("{path}.{name}") };
            self.value(&path, &member, before.as_deref())?;
        }
        Ok(())
    }

    fn element(&mut self, path: &str, element: &RawValue) -> Result<(), serde_json::Error> {
        let mut members: Members = serde_json::from_str(element.get())?;
        let name = members.take("name").map_or(Field::Empty, |name| Field::of_json(&name));
        let previous = members.take("previous");
        let mut members = members.0.into_iter();
        let part = members.next().map_or(Field::Empty, |(_, part)| Field::of_json(&part));
        for (member, value) in members {
            let figure = if path.is_empty() { member } else { format!("{path}.{member}") };
            self.push(&figure, (part.clone(), name.clone()), &value, previous.as_deref());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;

    #[tokio::test]
    async fn each_figure_is_a_record_beside_that_of_the_period_before() {
        let mut records = Vec::new();
        let value: Box<RawValue> = serde_json::from_str(
            r#"{"currency": "USD",
                "cash": {"current": {"in": 1, "out": {"of": -2.50}}, "previous": {"in": 3, "out": {"of": 4}}},
                "dso": {"current": null, "previous": 7.5},
                "spend": {"rows": [
                    {"id": "=a", "name": "+b", "amount": 5, "previous": 6},
                    {"id": null, "name": null, "amount": -1, "previous": 0}
                ]}}"#,
        )
        .unwrap();
        figures(&value, &mut records).unwrap();
        let body = respond(&FIGURES, records).into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(body.to_vec()).unwrap();
        let expected = [
            "currency,section,figure,part,name,value,previous",
            "USD,cash,in,,,1,3",
            "USD,cash,out.of,,,-2.50,4",
            "USD,dso,,,,,7.5",
            "USD,spend,rows.amount,'=a,'+b,5,6",
            "USD,spend,rows.amount,,,-1,0",
            "",
        ];
        assert_eq!(text.split("\r\n").collect::<Vec<_>>(), expected);
    }

    #[tokio::test]
    async fn a_long_answer_goes_out_in_pieces() {
        let records = vec![vec![Field::Text("x".repeat(1_000)), Field::Empty]; 100];
        let mut body = respond(&["a", "b"], records).into_body();
        let (mut pieces, mut length) = (0, 0);
        while let Some(frame) = body.frame().await {
            length += frame.unwrap().into_data().unwrap().len();
            pieces += 1;
        }
        assert_eq!((pieces, length), (4, 5 + 100 * 1_003));
    }
}
