//! A report that is checked: every name in it is one of the allow-list's, every value of its member's type.

use std::collections::VecDeque;

use edge_capabilities::Timestamp;
use edge_database::{Dimension, DimensionKind, Measure, MeasureKind, Owner, Reference, Relation, Value};
use edge_http::{FieldError, Problem, Text};
use edge_money::{Currency, Money};
use edge_time_zones::{Date, Zone};
use serde_json::Value as Json;

use crate::catalogue::{Member, Operator, relation, relations};
use crate::period::{Granularity, MAX_PERIODS, Moving};
use crate::query::{ReportFilter, ReportRequest, ReportTime};

/// The most rows of a report.
pub(crate) const MAX_ROWS: u32 = 100_000;

const MAX_MEASURES: usize = 20;
const MAX_DIMENSIONS: usize = 12;
const MAX_FILTERS: usize = 20;
const MAX_VALUES: usize = 100;
const MAX_TEXT: usize = 256;

/// A report that is checked.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Whose records are counted. The tables of the statement are `r0`, `r1`, …, and this is `r0`.
    pub(crate) root: &'static Relation,
    /// What the records refer to, as far as the report needs it: `r1`, ….
    pub(crate) joins: Vec<Join>,
    /// The columns: the period, dimensions, measures.
    pub(crate) columns: Vec<Column>,
    /// What records fulfil.
    pub(crate) conditions: Vec<Condition>,
    /// What rows fulfil: a column's place, and what it is compared with.
    pub(crate) having: Vec<(usize, Operator, Vec<Value>)>,
    /// The range of time.
    pub(crate) time: Option<Range>,
    /// The places of the columns that rows are ordered by, and whether the greatest is first. INVARIANT: all dimensions are
    /// among them, so that no two rows have the same place.
    pub(crate) order: Vec<(usize, bool)>,
    /// The most rows.
    pub(crate) limit: u32,
    /// Whose days count.
    pub(crate) zone: Zone,
}

/// A relation that another refers to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Join {
    pub(crate) relation: &'static Relation,
    /// The number of the table that refers to it.
    pub(crate) from: usize,
    pub(crate) reference: &'static Reference,
    /// Whether the records' tenant is known by it, so that it must be there.
    pub(crate) is_owner: bool,
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// The table's number.
    pub(crate) table: usize,
    pub(crate) dimension: &'static Dimension,
}

/// A column of a report.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Its name: `invoices.total`, `invoices.issue_date.month`.
    pub(crate) name: String,
    /// What it means.
    pub(crate) description: &'static str,
    pub(crate) kind: ColumnKind,
}

/// What a column holds.
#[derive(Clone, Debug)]
pub(crate) enum ColumnKind {
    /// The period, of [`Plan::time`].
    Period(Vec<Date>),
    Dimension(Field),
    /// A measure; of an amount, the place of its currency among the columns.
    Measure(&'static Measure, Option<usize>),
}

impl Column {
    pub(crate) const fn is_measure(&self) -> bool {
        matches!(self.kind, ColumnKind::Measure(..))
    }

    /// Whether a row may have no value in it.
    pub(crate) const fn is_optional(&self) -> bool {
        match &self.kind {
            // What a record refers to may be missing.
            ColumnKind::Dimension(field) => field.dimension.is_optional || field.table > 0,
            ColumnKind::Period(_) | ColumnKind::Measure(..) => false,
        }
    }

    /// Whether its values are texts in the database.
    pub(crate) const fn is_text(&self) -> bool {
        match &self.kind {
            ColumnKind::Dimension(field) => is_text(field.dimension.kind),
            ColumnKind::Period(_) | ColumnKind::Measure(..) => false,
        }
    }

    /// The name of its type.
    pub(crate) const fn type_name(&self) -> &'static str {
        match &self.kind {
            ColumnKind::Period(_) => "date",
            ColumnKind::Dimension(field) => match field.dimension.kind {
                DimensionKind::Text => "text",
                DimensionKind::Currency => "currency",
                DimensionKind::Date => "date",
                DimensionKind::Time => "time",
                DimensionKind::Number => "number",
                DimensionKind::Flag => "boolean",
            },
            ColumnKind::Measure(_, None) => "number",
            ColumnKind::Measure(_, Some(_)) => "amount",
        }
    }
}

/// Whether values of this type are texts in the database.
pub(crate) const fn is_text(kind: DimensionKind) -> bool {
    matches!(kind, DimensionKind::Text | DimensionKind::Currency | DimensionKind::Date)
}

/// What records fulfil.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) field: Field,
    pub(crate) operator: Operator,
    pub(crate) values: Vec<Value>,
}

/// A range of time, `[from, to)`.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub(crate) field: Field,
    pub(crate) from: Date,
    pub(crate) to: Date,
}

/// The relations that `from` refers to, and what those refer to, each with the references on the way to it. Those that are
/// fewest references away come first.
fn ways(from: &'static Relation) -> Vec<(&'static Relation, Vec<&'static Reference>)> {
    let mut found: Vec<(&'static Relation, Vec<&'static Reference>)> = Vec::new();
    let mut open = VecDeque::from([(from, Vec::new())]);
    while let Some((at, way)) = open.pop_front() {
        for reference in at.references {
            let Some(next) = relation(reference.relation) else { continue };
            if next.name == from.name || found.iter().any(|(known, _)| known.name == next.name) {
                continue;
            }
            let mut longer = way.clone();
            longer.push(reference);
            found.push((next, longer.clone()));
            open.push_back((next, longer));
        }
    }
    found
}

/// The names of the relations whose dimensions a report of `from` may have.
pub(crate) fn reachable(from: &'static Relation) -> Vec<&'static str> {
    ways(from).into_iter().map(|(relation, _)| relation.name).collect()
}

/// Checks a report.
struct Checker {
    root: &'static Relation,
    joins: Vec<Join>,
    zone: Zone,
    errors: Vec<FieldError>,
}

impl Plan {
    /// Checks `query` for a tenant whose time zone is `zone`. Ranges that move are those of `now`.
    pub(crate) fn new(query: &ReportRequest, zone: &Zone, now: Timestamp) -> Result<Self, Problem> {
        let mut errors = Vec::new();
        let mut zone = zone.clone();
        if let Some(name) = &query.timezone {
            match Zone::parse(name) {
                Some(named) => zone = named,
                None => errors.push(FieldError::new("timezone", "is no time zone of the IANA database")),
            }
        }
        for (field, count, most) in [
            ("measures", query.measures.len(), MAX_MEASURES),
            ("dimensions", query.dimensions.len(), MAX_DIMENSIONS),
            ("filters", query.filters.len(), MAX_FILTERS),
            ("order", query.order.len(), MAX_MEASURES.saturating_add(MAX_DIMENSIONS)),
        ] {
            if count > most {
                return Err(Problem::field(field, format!("must be at most {most}")));
            }
        }
        let Some(root) = root(query) else {
            errors.extend(unknown("measures", &query.measures).chain(unknown("dimensions", &query.dimensions)));
            if errors.is_empty() {
                errors.push(FieldError::new("measures", "must name a measure, or `dimensions` a dimension"));
            }
            return Err(Problem::fields(errors));
        };
        let mut checker = Checker { root, joins: Vec::new(), zone, errors };
        let plan = checker.check(query, now);
        match plan {
            Some(plan) if checker.errors.is_empty() => Ok(plan),
            _ => Err(Problem::fields(checker.errors)),
        }
    }
}

/// Whose records a report counts: those of its first measure's source; without measures those of the dimensions' source from
/// which all others can be reached.
fn root(query: &ReportRequest) -> Option<&'static Relation> {
    let sources = |names: &[String]| -> Vec<&'static Relation> {
        names.iter().filter_map(|name| Member::find(name)).map(Member::relation).collect()
    };
    if let Some(first) = query.measures.iter().find_map(|name| Member::find(name)) {
        return Some(first.relation());
    }
    let mut named = sources(&query.dimensions);
    let reaches = |from: &&'static Relation| {
        let reachable = reachable(from);
        named.iter().all(|other| other.name == from.name || reachable.contains(&other.name))
    };
    let found = named.iter().find(|from| reaches(from)).copied();
    // Where nothing joins them all, the errors say what the first does not join.
    if found.is_none() { named.drain(..).next() } else { found }
}

fn unknown<'n>(list: &'n str, names: &'n [String]) -> impl Iterator<Item = FieldError> + 'n {
    let places = names.iter().enumerate().filter(|(_, name)| Member::find(name).is_none());
    places.map(move |(place, _)| FieldError::new(format!("{list}[{place}]"), UNKNOWN))
}

const UNKNOWN: &str = "is no member: see GET /api/v1/enterprise-billing/reports/custom/members";

impl Checker {
    fn wrong<T>(&mut self, field: impl Into<String>, message: impl Into<String>) -> Option<T> {
        self.errors.push(FieldError::new(field, message));
        None
    }

    /// The number of the table of `relation`, which is joined if it is not yet.
    fn table(&mut self, relation: &'static Relation) -> Option<usize> {
        if relation.name == self.root.name {
            return Some(0);
        }
        let (_, way) = ways(self.root).into_iter().find(|(found, _)| found.name == relation.name)?;
        let mut from = 0_usize;
        for reference in way {
            let known = self.joins.iter().position(|join| join.relation.name == reference.relation);
            from = match known {
                Some(known) => known.saturating_add(1),
                None => {
                    let next = crate::catalogue::relation(reference.relation)?;
                    self.joins.push(Join { relation: next, from, reference, is_owner: false });
                    self.joins.len()
                }
            };
        }
        Some(from)
    }

    /// The dimension `name`, which the field `field` of the request has.
    fn dimension(&mut self, field: &str, name: &str) -> Option<Field> {
        let (relation, dimension) = match Member::find(name) {
            Some(Member::Dimension(relation, dimension)) => (relation, dimension),
            Some(Member::Measure(..)) => return self.wrong(field, "is a measure, not a dimension"),
            None => return self.wrong(field, UNKNOWN),
        };
        match self.table(relation) {
            Some(table) => Some(Field { table, dimension }),
            None => {
                let message = format!("is of `{}`, which `{}` does not join", relation.name, self.root.name);
                self.wrong(field, message)
            }
        }
    }

    fn check(&mut self, query: &ReportRequest, now: Timestamp) -> Option<Plan> {
        if let Owner::Reference(owner) = self.root.owner {
            let relation = relations().find(|relation| relation.name == owner)?;
            self.table(relation)?;
            self.joins.iter_mut().filter(|join| join.relation.name == owner).for_each(|join| join.is_owner = true);
        }
        let mut columns: Vec<Column> = Vec::new();
        let time = query.time.as_ref().and_then(|time| self.time(time, now, &mut columns));
        for (place, name) in query.dimensions.iter().enumerate() {
            let field = format!("dimensions[{place}]");
            if let Some(found) = self.dimension(&field, name) {
                if columns.iter().any(|column| column.name == *name) {
                    self.wrong::<()>(field, "is named before");
                } else {
                    columns.push(dimension_column(name, found));
                }
            }
        }
        let mut measures = Vec::new();
        for (place, name) in query.measures.iter().enumerate() {
            let field = format!("measures[{place}]");
            match Member::find(name) {
                None => self.wrong::<()>(field, UNKNOWN),
                Some(Member::Dimension(..)) => self.wrong(field, "is a dimension, not a measure"),
                Some(Member::Measure(relation, _)) if relation.name != self.root.name => {
                    let message = format!(
                        "is of `{}`, and the measures before it are of `{}`: a report has measures of one source",
                        relation.name, self.root.name
                    );
                    self.wrong(field, message)
                }
                Some(Member::Measure(..)) if measures.iter().any(|(known, _)| known == name) => {
                    self.wrong(field, "is named before")
                }
                Some(Member::Measure(_, measure)) => {
                    measures.push((name.clone(), measure));
                    None
                }
            };
        }
        for (name, measure) in measures {
            let currency = match measure.kind {
                // Amounts in different currencies are never added up.
                MeasureKind::Amount { currency, .. } => Some(self.currency(currency, &mut columns)?),
                MeasureKind::Count | MeasureKind::Sum(_) | MeasureKind::Difference(..) => None,
            };
            let kind = ColumnKind::Measure(measure, currency);
            columns.push(Column { name, description: measure.description, kind });
        }
        let (mut conditions, mut having) = (Vec::new(), Vec::new());
        for (place, filter) in query.filters.iter().enumerate() {
            self.filter(place, filter, query, &columns, &mut conditions, &mut having);
        }
        let limit = query.limit.unwrap_or(MAX_ROWS);
        if !(1..=MAX_ROWS).contains(&limit) {
            self.wrong::<()>("limit", format!("must be a number from 1 to {MAX_ROWS}"));
        }
        let order = self.order(query, &columns);
        let joins = std::mem::take(&mut self.joins);
        Some(Plan { root: self.root, joins, columns, conditions, having, time, order, limit, zone: self.zone.clone() })
    }

    /// The place of the column of the currency `name`; it is added where it is missing, before all measures.
    fn currency(&mut self, name: &'static str, columns: &mut Vec<Column>) -> Option<usize> {
        if let Some(place) = columns.iter().position(|column| column.name == name) {
            return Some(place);
        }
        let found = self.dimension("measures", name)?;
        let place = columns.iter().position(Column::is_measure).unwrap_or(columns.len());
        columns.insert(place, dimension_column(name, found));
        Some(place)
    }

    fn time(&mut self, time: &ReportTime, now: Timestamp, columns: &mut Vec<Column>) -> Option<Range> {
        let field = self.dimension("time.dimension", &time.dimension);
        let field = match field {
            Some(field) if !matches!(field.dimension.kind, DimensionKind::Date | DimensionKind::Time) => {
                return self.wrong("time.dimension", "is neither a date nor a time");
            }
            other => other,
        };
        let granularity = match time.granularity.as_deref().map(Granularity::parse) {
            Some(None) => return self.wrong("time.granularity", "must be `day`, `week`, `month`, `quarter` or `year`"),
            other => other.flatten(),
        };
        let (from, to) = self.days(time, now)?;
        let field = field?;
        if let Some(granularity) = granularity {
            let Some(starts) = granularity.cut(from, to) else {
                let message = format!("is too far from the first day: a report has at most {MAX_PERIODS} periods");
                return self.wrong("time.to", message);
            };
            columns.push(Column {
                name: format!("{}.{}", time.dimension, granularity.as_str()),
                description: "The first day of the period within the range.",
                kind: ColumnKind::Period(starts),
            });
        }
        Some(Range { field, from, to })
    }

    /// The days of the range.
    fn days(&mut self, time: &ReportTime, now: Timestamp) -> Option<(Date, Date)> {
        if let Some(range) = &time.range {
            if time.from.is_some() || time.to.is_some() {
                return self.wrong("time.range", "cannot stand beside `from` and `to`");
            }
            let Some(moving) = Moving::parse(range) else {
                return self.wrong(
                    "time.range",
                    "must be `last_` or `this_` with `day`, `week`, `month`, `quarter` or `year`",
                );
            };
            return Some(moving.on(Date::of(now, &self.zone)));
        }
        let mut day = |name: &str, written: &Option<String>| {
            let Some(written) = written else {
                return self.wrong(format!("time.{name}"), "is required, unless there is a `range`");
            };
            let date = Date::parse(written);
            if date.is_none() {
                self.wrong::<()>(format!("time.{name}"), "must be a date such as 2026-03-31");
            }
            date
        };
        let (from, to) = (day("from", &time.from), day("to", &time.to));
        let (from, to) = (from?, to?);
        if from >= to { self.wrong("time.to", "must be after `from`") } else { Some((from, to)) }
    }

    fn filter(
        &mut self,
        place: usize,
        filter: &ReportFilter,
        query: &ReportRequest,
        columns: &[Column],
        conditions: &mut Vec<Condition>,
        having: &mut Vec<(usize, Operator, Vec<Value>)>,
    ) -> Option<()> {
        let member_field = format!("filters[{place}].member");
        let Some(member) = Member::find(&filter.member) else { return self.wrong(member_field, UNKNOWN) };
        let operators = member.operators();
        let operator = Operator::parse(&filter.operator).filter(|operator| operators.contains(operator));
        let Some(operator) = operator else {
            let names: Vec<&str> = operators.into_iter().map(Operator::as_str).collect();
            return self.wrong(format!("filters[{place}].operator"), format!("must be one of: {}", names.join(", ")));
        };
        let most = match operator {
            Operator::Equals | Operator::NotEquals => MAX_VALUES,
            Operator::Set | Operator::NotSet => 0,
            _ => 1,
        };
        let count = filter.values.len();
        if count > most || (count == 0 && most > 0) {
            let wanted = match most {
                0 => "must be empty".to_owned(),
                1 => "must be one value".to_owned(),
                most => format!("must be 1 to {most} values"),
            };
            return self.wrong(format!("filters[{place}].values"), wanted);
        }
        match member {
            Member::Dimension(_, dimension) => {
                let field = self.dimension(&member_field, &filter.member)?;
                let values = self.values(place, filter, |zone, value| of_dimension(dimension.kind, zone, value))?;
                conditions.push(Condition { field, operator, values });
            }
            Member::Measure(..) => {
                let found = columns.iter().position(|column| column.name == filter.member);
                let Some(column) = found else {
                    return self.wrong(member_field, "is a measure that is not in `measures`");
                };
                let currency = columns.get(column).and_then(|column| match column.kind {
                    ColumnKind::Measure(_, currency) => columns.get(currency?),
                    _ => None,
                });
                let values = if let Some(currency) = currency {
                    let Some(currency) = only_currency(query, &currency.name) else {
                        let message = "is an amount: add a filter by which its currency `equals` one";
                        return self.wrong(member_field, message);
                    };
                    self.values(place, filter, |_, value| of_amount(currency, value))?
                } else {
                    self.values(place, filter, |_, value| whole_number(value))?
                };
                having.push((column, operator, values));
            }
        }
        Some(())
    }

    /// The values of a filter, read by `read`, whose error says what a value must be.
    fn values(
        &mut self,
        place: usize,
        filter: &ReportFilter,
        read: impl Fn(&Zone, &Json) -> Result<Value, &'static str>,
    ) -> Option<Vec<Value>> {
        let mut values = Vec::with_capacity(filter.values.len());
        for (number, value) in filter.values.iter().enumerate() {
            match read(&self.zone, value) {
                Ok(value) => values.push(value),
                Err(message) => return self.wrong(format!("filters[{place}].values[{number}]"), message),
            }
        }
        Some(values)
    }

    fn order(&mut self, query: &ReportRequest, columns: &[Column]) -> Vec<(usize, bool)> {
        let mut order: Vec<(usize, bool)> = Vec::new();
        let dimension_of_time = query.time.as_ref().map(|time| time.dimension.as_str());
        for (place, wanted) in query.order.iter().enumerate() {
            let is_descending = match wanted.direction.as_deref() {
                None | Some("asc") => false,
                Some("desc") => true,
                Some(_) => {
                    self.wrong::<()>(format!("order[{place}].direction"), "must be `asc` or `desc`");
                    continue;
                }
            };
            let is_wanted = |column: &Column| match column.kind {
                ColumnKind::Period(_) => column.name == wanted.member || dimension_of_time == Some(&wanted.member),
                _ => column.name == wanted.member,
            };
            match columns.iter().position(is_wanted) {
                None => {
                    let message = "is neither a measure nor a dimension of the report";
                    self.wrong::<()>(format!("order[{place}].member"), message);
                }
                Some(column) if order.iter().any(|(known, _)| *known == column) => {}
                Some(column) => order.push((column, is_descending)),
            }
        }
        let rest = (0..columns.len()).filter(|column| columns.get(*column).is_some_and(|column| !column.is_measure()));
        let rest: Vec<usize> = rest.filter(|column| order.iter().all(|(known, _)| known != column)).collect();
        order.extend(rest.into_iter().map(|column| (column, false)));
        order
    }
}

fn dimension_column(name: &str, field: Field) -> Column {
    Column { name: name.to_owned(), description: field.dimension.description, kind: ColumnKind::Dimension(field) }
}

/// The only currency that the filters of the report leave of the dimension `name`.
fn only_currency(query: &ReportRequest, name: &str) -> Option<Currency> {
    query.filters.iter().find_map(|filter| {
        let [Json::String(code)] = filter.values.as_slice() else { return None };
        let is_one = filter.member == name && filter.operator == Operator::Equals.as_str();
        Currency::parse(code).ok().filter(|_| is_one)
    })
}

fn whole_number(value: &Json) -> Result<Value, &'static str> {
    value.as_i64().map(Value::Integer).ok_or("must be a whole number")
}

fn of_amount(currency: Currency, value: &Json) -> Result<Value, &'static str> {
    let written = match value {
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.clone(),
        _ => return Err("must be an amount"),
    };
    let money = Money::parse(&written, currency);
    money.map(|money| Value::Integer(money.minor)).map_err(|_| "must be an amount in the currency")
}

fn of_dimension(kind: DimensionKind, zone: &Zone, value: &Json) -> Result<Value, &'static str> {
    match (kind, value) {
        (DimensionKind::Text, Json::String(text)) if text.is_empty() || Text::<MAX_TEXT>::accepts(text) => {
            Ok(text.as_str().into())
        }
        (DimensionKind::Text, _) => Err("must be a text of up to 256 bytes without control characters"),
        (DimensionKind::Currency, Json::String(code)) => {
            let currency = Currency::parse(code).map_err(|_| "must be an ISO 4217 currency")?;
            Ok(currency.as_str().into())
        }
        (DimensionKind::Currency, _) => Err("must be an ISO 4217 currency"),
        (DimensionKind::Date, Json::String(text)) => {
            let date = Date::parse(text).ok_or("must be a date such as 2026-03-31")?;
            Ok(date.to_string().into())
        }
        (DimensionKind::Date, _) => Err("must be a date such as 2026-03-31"),
        (DimensionKind::Time, Json::String(text)) => {
            let at = Date::parse(text).map(|date| date.begins(zone)).or_else(|| Timestamp::parse(text));
            Ok(at.ok_or("must be a date or an RFC 3339 time")?.into())
        }
        (DimensionKind::Time, _) => Err("must be a date or an RFC 3339 time"),
        (DimensionKind::Number, value) => whole_number(value),
        (DimensionKind::Flag, Json::Bool(flag)) => Ok(i64::from(*flag).into()),
        (DimensionKind::Flag, _) => Err("must be true or false"),
    }
}
