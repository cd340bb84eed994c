//! Rows as JSON and as CSV, written page by page.

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use edge_capabilities::Timestamp;
use edge_capabilities::database::Row;
use edge_csv::{Cell, push_record};
use edge_database::{DatabaseError, DimensionKind, Value};
use edge_http::Problem;
use edge_money::{Currency, Money};
use futures::stream::{self, StreamExt as _};
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Serialize;
use utoipa::ToSchema;

use crate::plan::{Column, ColumnKind, Plan};
use crate::rows::Rows;

/// A column of a report.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportColumn {
    /// Its name in the rows: `charges.amount`; of a period with its length, `charges.date.month`.
    name: String,
    /// `text`, `currency`, `date`, `time`, `number`, `boolean` or `amount`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What it means.
    description: &'static str,
    /// Of amounts: the column that holds the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
}

/// The rows of a report.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportResult {
    /// What the rows hold.
    columns: Vec<ReportColumn>,
    /// Whose days count.
    timezone: String,
    /// The first day of the range; null: the report has none.
    from: Option<String>,
    /// The day after the last one.
    to: Option<String>,
    /// The rows, by the names of the columns. Amounts are decimal numbers; null where there is no value.
    rows: Vec<std::collections::BTreeMap<String, serde_json::Value>>,
    /// How many rows there are.
    row_count: u32,
    /// Whether there are more rows than the limit.
    is_truncated: bool,
}

/// What stands before the rows.
#[derive(Serialize)]
struct Head<'h> {
    columns: Vec<ReportColumn>,
    timezone: &'h str,
    from: Option<String>,
    to: Option<String>,
    rows: [(); 0],
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
}

impl Format {
    /// The format that `headers` accept.
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        let accepted = headers.get(ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
        let first = accepted.split([',', ';']).next().unwrap_or_default().trim();
        if first.eq_ignore_ascii_case("text/csv") { Self::Csv } else { Self::Json }
    }

    /// How many rows to read of a report with this limit: one more shows that there are more.
    pub(crate) const fn rows(self, limit: u32) -> u32 {
        match self {
            Self::Json => limit.saturating_add(1),
            Self::Csv => limit,
        }
    }
}

/// Writes rows.
struct Output {
    rows: Rows,
    format: Format,
    /// The names of the columns as JSON.
    names: Vec<String>,
    count: u32,
    is_ended: bool,
}

/// The answer with `rows`. Its first page is read before it begins, so that what is wrong is a problem and no broken answer;
/// the others are read as the caller takes them.
pub(crate) async fn respond(mut rows: Rows, format: Format) -> Result<Response, Problem> {
    let first = rows.next().await?;
    let names = rows.plan.columns.iter().map(|column| json(&column.name)).collect();
    let mut output = Output { rows, format, names, count: 0, is_ended: false };
    let mut begin = output.begin();
    output.write(&first, &mut begin)?;
    if first.is_empty() {
        output.end(&mut begin);
    }
    let rest = stream::try_unfold(output, |mut output| async move {
        if output.is_ended {
            return Ok::<_, DatabaseError>(None);
        }
        let mut text = String::new();
        let rows = output.rows.next().await?;
        output.write(&rows, &mut text)?;
        if rows.is_empty() {
            output.end(&mut text);
        }
        Ok(Some((text, output)))
    });
    let begin = stream::once(async move { Ok(begin) });
    let body = Body::from_stream(begin.chain(rest));
    let kind = match format {
        Format::Json => "application/json",
        Format::Csv => "text/csv; charset=utf-8",
    };
    let mut response = ([(CONTENT_TYPE, kind)], body).into_response();
    if format == Format::Csv {
        let disposition = http::HeaderValue::from_static("attachment; filename=\"report.csv\"");
        response.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

impl Output {
    const fn plan(&self) -> &Plan {
        &self.rows.plan
    }

    fn begin(&self) -> String {
        let plan = self.plan();
        let mut text = String::new();
        match self.format {
            Format::Csv => push_record(&mut text, plan.columns.iter().map(|column| Cell::Text(&column.name))),
            Format::Json => {
                let columns: Vec<ReportColumn> = plan.columns.iter().map(|column| described(plan, column)).collect();
                let days = plan.time.as_ref().map(|time| (time.from.to_string(), time.to.to_string()));
                let (from, to) = days.unzip();
                let head = Head { columns, timezone: plan.zone.as_str(), from, to, rows: [] };
                let written = serde_json::to_string(&head).unwrap_or_default();
                // The list of rows is left open.
                text.push_str(written.strip_suffix("]}").unwrap_or_default());
            }
        }
        text
    }

    fn write(&mut self, rows: &[Row], text: &mut String) -> Result<(), DatabaseError> {
        for row in rows {
            if self.count == self.plan().limit {
                // The row after the last one.
                self.count = self.count.saturating_add(1);
                break;
            }
            let plan = &self.rows.plan;
            let mut values = Vec::with_capacity(plan.columns.len());
            for (column, value) in plan.columns.iter().zip(&row.0) {
                values.push(written(column, value, row)?);
            }
            match self.format {
                Format::Csv => push_record(text, values.iter().map(Written::cell)),
                Format::Json => {
                    text.push_str(if self.count == 0 { "{" } else { ",{" });
                    for (place, (name, value)) in self.names.iter().zip(&values).enumerate() {
                        if place > 0 {
                            text.push(',');
                        }
                        text.push_str(name);
                        text.push(':');
                        value.push_json(text);
                    }
                    text.push('}');
                }
            }
            self.count = self.count.saturating_add(1);
        }
        Ok(())
    }

    fn end(&mut self, text: &mut String) {
        self.is_ended = true;
        if self.format == Format::Json {
            let limit = self.plan().limit;
            let (count, is_truncated) = (self.count.min(limit), self.count > limit);
            text.push_str(&format!("],\"row_count\":{count},\"is_truncated\":{is_truncated}}}"));
        }
    }
}

/// A value as it is written.
enum Written<'r> {
    Missing,
    /// A text of others'.
    Text(&'r str),
    /// A text of ours: a date, a currency.
    Own(String),
    /// A number or a boolean.
    Bare(String),
}

impl Written<'_> {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Missing => Cell::Plain(""),
            Self::Text(text) => Cell::Text(text),
            Self::Own(text) | Self::Bare(text) => Cell::Plain(text),
        }
    }

    fn push_json(&self, file: &mut String) {
        match self {
            Self::Missing => file.push_str("null"),
            Self::Text(text) => file.push_str(&json(text)),
            Self::Own(text) => file.push_str(&json(text)),
            Self::Bare(text) => file.push_str(text),
        }
    }
}

fn written<'r>(column: &Column, value: &'r Value, row: &Row) -> Result<Written<'r>, DatabaseError> {
    let unexpected = || DatabaseError::Refused(format!("{} holds {value:?}", column.name));
    Ok(match (&column.kind, value) {
        (_, Value::Null) => Written::Missing,
        (ColumnKind::Period(starts), Value::Integer(place)) => {
            let start = usize::try_from(*place).ok().and_then(|place| starts.get(place)).ok_or_else(unexpected)?;
            Written::Own(start.to_string())
        }
        (ColumnKind::Measure(_, Some(currency)), Value::Integer(minor)) => {
            let currency = Currency::parse(row.text(*currency)?).map_err(|_| unexpected())?;
            Written::Bare(Money { minor: *minor, currency }.to_decimal())
        }
        (ColumnKind::Measure(_, None), Value::Integer(number)) => Written::Bare(number.to_string()),
        (ColumnKind::Dimension(field), Value::Integer(number)) => match field.dimension.kind {
            DimensionKind::Time => Written::Own(Timestamp::from_millis(*number).to_string()),
            DimensionKind::Flag => Written::Bare((*number != 0).to_string()),
            _ => Written::Bare(number.to_string()),
        },
        (ColumnKind::Dimension(_), Value::Text(text)) => Written::Text(text),
        _ => return Err(unexpected()),
    })
}

fn described(plan: &Plan, column: &Column) -> ReportColumn {
    let currency = match column.kind {
        ColumnKind::Measure(_, Some(place)) => plan.columns.get(place).map(|currency| currency.name.clone()),
        _ => None,
    };
    ReportColumn { name: column.name.clone(), kind: column.type_name(), description: column.description, currency }
}
