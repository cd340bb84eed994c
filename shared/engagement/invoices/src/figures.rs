//! Figures over all invoices of a tenant, each reckoned by one statement: what was billed, what was paid, and what is still to
//! be paid as of a day.

use std::fmt::Write as _;

use edge_capabilities::Timestamp;
use edge_capabilities::database::Row;
use edge_database::{DatabaseError, Dialect, MAX_ROWS, Value, places};
use edge_money::Currency;
use edge_time_zones::Date;

use crate::invoice::Invoices;
use crate::payment::EDGE;

/// The end of a day, as of which figures are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// The day.
    pub day: Date,
    /// When the day after it begins. Payments from then on are ignored.
    pub ends: Timestamp,
}

/// Days: `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from: Date,
    /// The day after the last.
    pub to: Date,
    /// When the first day begins.
    pub begins: Timestamp,
    /// When the last day ends.
    pub ends: Timestamp,
}

/// How long after its due date an amount is still to be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Age {
    /// Its due date has not passed.
    NotDue,
    /// 1 to 30 days.
    UpTo30,
    /// 31 to 60 days.
    UpTo60,
    /// 61 to 90 days.
    UpTo90,
    /// More than 90 days.
    Over90,
    /// It was paid beyond its total, or its total is less than nothing: a credit.
    Credit,
}

impl Age {
    /// All ages, youngest first, and credits.
    pub const ALL: [Self; 6] = [Self::NotDue, Self::UpTo30, Self::UpTo60, Self::UpTo90, Self::Over90, Self::Credit];

    fn of_place(place: i64) -> Option<Self> {
        usize::try_from(place).ok().and_then(|place| Self::ALL.get(place)).copied()
    }
}

/// What is still to be paid of some invoices, or was paid too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outstanding {
    /// The place of the day in the question.
    pub place: usize,
    /// The currency.
    pub currency: Currency,
    /// The age of what is to be paid.
    pub age: Age,
    /// The sum in the currency's smallest unit; of credits too it is above zero.
    pub amount: i64,
    /// How many invoices there are.
    pub invoices: i64,
}

/// An amount in a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InSpan {
    /// The place of the span in the question.
    pub place: usize,
    /// The currency.
    pub currency: Currency,
    /// The sum, in the currency's smallest unit.
    pub amount: i64,
    /// How many there are.
    pub count: i64,
}

/// Which invoices.
#[derive(Clone, Copy, Debug)]
pub struct InvoicesOf<'a> {
    /// The tenant's id.
    pub tenant: &'a str,
    /// Only those with these ids; None: all.
    pub ids: Option<&'a [String]>,
}

impl InvoicesOf<'_> {
    /// The conditions on an invoice `i`, with their values: one for each statement that is needed.
    fn conditions(&self) -> Vec<(String, Vec<Value>)> {
        let tenant = Value::from(self.tenant);
        let Some(ids) = self.ids else { return vec![("i.tenant_id = $1".to_owned(), vec![tenant])] };
        let of_chunk = |ids: &[String]| {
            let values = [tenant.clone()].into_iter().chain(ids.iter().map(|id| Value::from(id.as_str()))).collect();
            (format!("i.tenant_id = $1 AND i.id IN ({})", places(2, ids.len())), values)
        };
        ids.chunks(MAX_ROWS).map(of_chunk).collect()
    }
}

/// What was paid of an invoice `i` from `begins` on and before `ends`, by whoever `whose` says of `{actor}`: its payments are
/// looked at one by one only where some of them were made at other times, or an older build recorded them. `all`: the sum of
/// all of its payments that count.
fn paid(dialect: Dialect, (begins, ends): (&str, &str), whose: &str, all: &str) -> String {
    // No path such as `$.amount`: a dollar begins a parameter.
    let [amount, at] = ["amount", "paid_at"].map(|member| format!("CAST(p.value ->> '{member}' AS BIGINT)"));
    let actor = "(p.value ->> 'actor')";
    let each = match dialect {
        Dialect::Sqlite => "json_each(i.payments) AS p",
        Dialect::Postgres => "jsonb_array_elements(CAST(i.payments AS JSONB)) AS p (value)",
    };
    let whose = whose.replace("{actor}", actor);
    format!(
        "CASE WHEN i.amount_paid = 0 OR i.last_paid_at < {begins} OR i.first_paid_at >= {ends} THEN 0
            WHEN i.first_paid_at >= {begins} AND i.last_paid_at < {ends} THEN {all}
            ELSE (SELECT COALESCE(SUM({amount}), 0) FROM {each} WHERE {at} >= {begins} AND {at} < {ends}{whose}) END"
    )
}

fn place_of(row: &Row, column: usize) -> Result<usize, DatabaseError> {
    usize::try_from(row.integer(column)?).map_err(|error| DatabaseError::Refused(error.to_string()))
}

fn currency_of(row: &Row, column: usize) -> Result<Currency, DatabaseError> {
    Currency::parse(row.text(column)?).map_err(|error| DatabaseError::Refused(error.to_string()))
}

impl Invoices {
    /// What of the invoices was still to be paid at the end of each of `days`, by currency and age. Payments count from the
    /// time at which they were made, and invoices from their dates until they are voided.
    pub async fn outstanding(&self, of: InvoicesOf<'_>, days: &[AsOf]) -> Result<Vec<Outstanding>, DatabaseError> {
        let Some(earliest) = days.iter().map(|as_of| as_of.ends.as_millis()).min() else { return Ok(Vec::new()) };
        let mut rows = String::new();
        for (place, AsOf { day, ends }) in days.iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            let [day30, day60, day90] = [30, 60, 90].map(|days| day.minus_days(days));
            let ends = ends.as_millis();
            let _ = write!(rows, "{comma}({place}, {ends}, '{day}', '{day30}', '{day60}', '{day90}')");
        }
        let beginning = i64::MIN.saturating_add(1).to_string();
        let paid = paid(self.0.dialect().await?, (&beginning, "c.ends"), "", "i.amount_paid");
        let columns = "i.currency, i.due_date, i.issue_date, i.total, i.amount_paid, i.first_paid_at, i.last_paid_at,
            i.voided_at, i.payments";
        let mut found = Vec::new();
        for (condition, values) in of.conditions() {
            // What was settled before the earliest of the days was settled on all of them.
            let statement = format!(
                "WITH c (place, ends, day, day30, day60, day90) AS (VALUES {rows}),
                 i AS (
                    SELECT {columns} FROM invoices i WHERE {condition} AND i.state = 'open'
                    UNION ALL
                    SELECT {columns} FROM invoices i WHERE {condition} AND i.state = 'paid' AND i.amount_paid <> 0
                        AND i.last_paid_at >= {earliest}
                    UNION ALL
                    SELECT {columns} FROM invoices i WHERE {condition} AND i.state = 'paid' AND i.amount_paid <> 0
                        AND i.last_paid_at IS NULL
                    UNION ALL
                    SELECT {columns} FROM invoices i WHERE {condition} AND i.state = 'paid' AND i.overpaid IS NOT NULL
                        AND i.last_paid_at < {earliest}
                    UNION ALL
                    SELECT {columns} FROM invoices i
                    WHERE {condition} AND i.voided_at >= {earliest} AND i.finalized_at IS NOT NULL
                 ),
                 b AS (
                    SELECT c.place, i.currency, c.day, c.day30, c.day60, c.day90, i.due_date, i.total - {paid} AS balance
                    FROM c JOIN i ON i.issue_date <= c.day AND (i.voided_at IS NULL OR i.voided_at >= c.ends)
                 )
                 SELECT CAST(place AS BIGINT), currency, CAST(CASE
                        WHEN balance < 0 THEN 5 WHEN due_date >= day THEN 0 WHEN due_date >= day30 THEN 1
                        WHEN due_date >= day60 THEN 2 WHEN due_date >= day90 THEN 3 ELSE 4 END AS BIGINT),
                    CAST(SUM(ABS(balance)) AS BIGINT), COUNT(*)
                 FROM b WHERE balance <> 0 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
            );
            for row in self.0.query_owned(&statement, values).await? {
                let age = Age::of_place(row.integer(2)?);
                found.push(Outstanding {
                    place: place_of(&row, 0)?,
                    currency: currency_of(&row, 1)?,
                    age: age.ok_or_else(|| DatabaseError::Refused("an invoice has no age".into()))?,
                    amount: row.integer(3)?,
                    invoices: row.integer(4)?,
                });
            }
        }
        Ok(found)
    }

    /// The totals of the invoices whose dates are in each of `spans`, without those that were voided before its end.
    pub async fn billed(&self, of: InvoicesOf<'_>, spans: &[Span]) -> Result<Vec<InSpan>, DatabaseError> {
        self.in_spans(&of, spans, |place, span, condition| {
            format!(
                "SELECT CAST({place} AS BIGINT), i.currency, CAST(SUM(i.total) AS BIGINT), COUNT(*) FROM invoices i
                 WHERE {condition} AND i.issue_date >= '{}' AND i.issue_date < '{}' AND i.finalized_at IS NOT NULL
                    AND (i.voided_at IS NULL OR i.voided_at >= {})
                 GROUP BY i.currency",
                span.from,
                span.to,
                span.ends.as_millis()
            )
        })
        .await
    }

    /// What was paid of the invoices in each of `spans`. `with_gateways`: also what gateways reported, which the history of
    /// their payments has too.
    pub async fn paid(
        &self,
        of: InvoicesOf<'_>,
        spans: &[Span],
        with_gateways: bool,
    ) -> Result<Vec<InSpan>, DatabaseError> {
        let dialect = self.0.dialect().await?;
        let whose = if with_gateways { String::new() } else { format!(" AND {{actor}} <> '{EDGE}'") };
        let all = if with_gateways { "i.amount_paid" } else { "i.amount_paid - i.paid_by_gateways" };
        self.in_spans(&of, spans, |place, span, condition| {
            let (begins, ends) = (span.begins.as_millis().to_string(), span.ends.as_millis().to_string());
            let paid = paid(dialect, (&begins, &ends), &whose, all);
            format!(
                "SELECT CAST({place} AS BIGINT), currency, CAST(SUM(amount) AS BIGINT), COUNT(*) FROM (
                    SELECT i.currency, {paid} AS amount FROM invoices i
                    WHERE {condition} AND i.amount_paid <> 0 AND i.last_paid_at >= {begins}
                    UNION ALL
                    SELECT i.currency, {paid} AS amount FROM invoices i
                    WHERE {condition} AND i.amount_paid <> 0 AND i.last_paid_at IS NULL
                 ) AS paid{place} WHERE amount <> 0 GROUP BY currency"
            )
        })
        .await
    }

    /// What `statement` gives of each of `spans`, by its place, itself and the conditions on invoices `i`.
    async fn in_spans(
        &self,
        of: &InvoicesOf<'_>,
        spans: &[Span],
        statement: impl Fn(usize, &Span, &str) -> String,
    ) -> Result<Vec<InSpan>, DatabaseError> {
        if spans.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for (condition, values) in of.conditions() {
            let each = spans.iter().enumerate().map(|(place, span)| statement(place, span, &condition));
            let statement = each.collect::<Vec<_>>().join(" UNION ALL ");
            for row in self.0.query_owned(&statement, values).await? {
                found.push(InSpan {
                    place: place_of(&row, 0)?,
                    currency: currency_of(&row, 1)?,
                    amount: row.integer(2)?,
                    count: row.integer(3)?,
                });
            }
        }
        Ok(found)
    }
}
