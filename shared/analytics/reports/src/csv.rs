//! Results as CSV (RFC 4180, safe in a spreadsheet): a line for each point, with what the result has in common before it. The
//! names of nested members are joined by a dot, and a list of a point is one field in JSON. What both the result and its
//! points have is called `point.` and its name in the points.

use edge_csv::{Cell, Members, push_record};
use serde::Serialize;
use serde_json::value::RawValue;

/// A field's text, and whether it was a text in JSON too.
struct Field {
    text: String,
    is_text: bool,
}

impl Field {
    fn cell(&self) -> Cell<'_> {
        if self.is_text { Cell::Text(&self.text) } else { Cell::Plain(&self.text) }
    }
}

type Fields = Vec<(String, Field)>;

/// `results` as CSV.
pub(crate) fn csv<T: Serialize>(results: &[T]) -> Result<String, serde_json::Error> {
    let mut lines: Vec<Fields> = Vec::new();
    for result in results {
        let Members(members) = serde_json::from_str(&serde_json::to_string(result)?)?;
        let (mut common, mut points) = (Fields::new(), Vec::new());
        for (name, value) in members {
            if name == "points" {
                points = serde_json::from_str::<Vec<Box<RawValue>>>(value.get())?;
            } else if !value.get().starts_with('[') {
                // A list beside the points has lines of its own, which this table has no place for.
                flatten(&name, &value, &mut common)?;
            }
        }
        for point in points {
            let mut of_point = Fields::new();
            flatten("", &point, &mut of_point)?;
            for (name, _) in &mut of_point {
                if common.iter().any(|(other, _)| other == name) {
                    name.insert_str(0, "point.");
                }
            }
            let common = common
                .iter()
                .map(|(name, Field { text, is_text })| (name.clone(), Field { text: text.clone(), is_text: *is_text }));
            lines.push(common.chain(of_point).collect());
        }
    }
    let mut text = String::new();
    if let Some(first) = lines.first() {
        push_record(&mut text, first.iter().map(|(name, _)| Cell::Text(name)));
    }
    for line in &lines {
        push_record(&mut text, line.iter().map(|(_, field)| field.cell()));
    }
    Ok(text)
}

fn flatten(name: &str, value: &RawValue, fields: &mut Fields) -> Result<(), serde_json::Error> {
    let json = value.get();
    if json.starts_with('{') {
        let Members(members) = serde_json::from_str(json)?;
        for (member, value) in members {
            let name = if name.is_empty() { member } else { format!("{name}.{member}") };
            flatten(&name, &value, fields)?;
        }
        return Ok(());
    }
    let text = match json {
        "null" => String::new(),
        json if json.starts_with('"') => serde_json::from_str(json)?,
        json => json.to_owned(),
    };
    fields.push((name.to_owned(), Field { text, is_text: json.starts_with('"') }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_for_each_point_with_its_result_before_it() {
        let results = [json!({"currency": "USD", "points": [
            {"at": "2026-01-01", "more": {"a": 1.5, "b": null}},
            {"at": "say \"hi\"", "more": {"a": 2, "b": ["x,y"]}},
        ]})];
        let text = csv(&results).unwrap();
        let lines: Vec<&str> = text.split("\r\n").collect();
        let expected =
            ["currency,at,more.a,more.b", "USD,2026-01-01,1.5,", "USD,\"say \"\"hi\"\"\",2,\"[\"\"x,y\"\"]\"", ""];
        assert_eq!(lines, expected);
        assert_eq!(csv::<serde_json::Value>(&[]).unwrap(), "");
        let both = [json!({"score": 1, "points": [{"score": 2}], "others": [1]})];
        assert_eq!(csv(&both).unwrap(), "score,point.score\r\n1,2\r\n");
        let hostile = [json!({"points": [{"net": -1.5, "plan": "=1+1"}]})];
        assert_eq!(csv(&hostile).unwrap(), "net,plan\r\n-1.5,'=1+1\r\n");
    }
}
