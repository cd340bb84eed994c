//! The SQL of a page of rows. What stands in it are the words below and what owners declare of their tables; all that a
//! request brings is bound.

use edge_capabilities::database::Row;
use edge_database::{Dialect, DimensionKind, Measure, MeasureKind, Owner, Value};
use edge_time_zones::Date;

use crate::catalogue::Operator;
use crate::plan::{Column, ColumnKind, Condition, Field, Plan, Range};

/// A statement and its values.
pub(crate) struct Statement {
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
}

/// Writes a statement.
struct Writer<'p> {
    plan: &'p Plan,
    tenant: &'p str,
    dialect: Dialect,
    values: Vec<Value>,
}

/// The statement for up to `count` rows of `tenant` after the row `after`.
pub(crate) fn page(plan: &Plan, tenant: &str, dialect: Dialect, after: Option<&Row>, count: u32) -> Statement {
    let mut writer = Writer { plan, tenant, dialect, values: Vec::new() };
    let text = writer.page(after, count);
    Statement { text, values: writer.values }
}

/// What rows are ordered by: an expression over the columns of a page, its value in a row, and whether the greatest is first.
struct Key {
    expression: String,
    value: Option<Value>,
    is_descending: bool,
}

impl Writer<'_> {
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn list(&mut self, values: &[Value]) -> String {
        let bound: Vec<String> = values.iter().map(|value| self.bind(value.clone())).collect();
        bound.join(", ")
    }

    fn page(&mut self, after: Option<&Row>, count: u32) -> String {
        let columns = &self.plan.columns;
        let mut selected = Vec::with_capacity(columns.len());
        let mut grouped = Vec::new();
        for (place, column) in columns.iter().enumerate() {
            let expression = self.column(column);
            selected.push(format!("{expression} AS c{place}"));
            if !column.is_measure() {
                grouped.push(place.saturating_add(1).to_string());
            }
        }
        let tables = self.tables();
        let conditions = self.conditions();
        let group = if grouped.is_empty() { String::new() } else { format!(" GROUP BY {}", grouped.join(", ")) };
        let rows = format!("SELECT {} FROM {tables} WHERE {conditions}{group}", selected.join(", "));
        let keys = self.keys(after);
        let mut kept = Vec::new();
        for (place, operator, values) in &self.plan.having {
            let column = format!("t.c{place}");
            kept.push(self.comparison(&column, false, *operator, values, DimensionKind::Number));
        }
        if after.is_some() {
            let is_ascending = keys.iter().all(|key| !key.is_descending);
            kept.push(if is_ascending { self.after_ascending(&keys) } else { self.after(&keys) });
        }
        let kept = if kept.is_empty() { String::new() } else { format!(" WHERE {}", kept.join(" AND ")) };
        let order: Vec<String> = keys
            .iter()
            .map(|key| format!("{}{}", key.expression, if key.is_descending { " DESC" } else { "" }))
            .collect();
        let order = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
        let names: Vec<String> = (0..columns.len()).map(|place| format!("t.c{place}")).collect();
        let count = self.bind(i64::from(count));
        format!("SELECT {} FROM ({rows}) AS t{kept}{order} LIMIT {count}", names.join(", "))
    }

    /// The tables, each with the tenant's rows alone.
    fn tables(&mut self) -> String {
        let mut text = format!("{} AS r0", self.plan.root.table);
        for (place, join) in self.plan.joins.iter().enumerate() {
            let number = place.saturating_add(1);
            let word = if join.is_owner { "JOIN" } else { "LEFT JOIN" };
            let (table, key) = (join.relation.table, join.reference.key);
            let (from, column) = (join.from, join.reference.column);
            text.push_str(&format!(" {word} {table} AS r{number} ON r{number}.{key} = r{from}.{column}"));
            if let Owner::Column(owner) = join.relation.owner {
                let tenant = self.bind(self.tenant);
                text.push_str(&format!(" AND r{number}.{owner} = {tenant}"));
            }
        }
        text
    }

    fn conditions(&mut self) -> String {
        let mut all = Vec::new();
        // INVARIANT: where the tenant is that of what the rows refer to, the join has the tenant's rows alone.
        if let Owner::Column(owner) = self.plan.root.owner {
            let tenant = self.bind(self.tenant);
            all.push(format!("r0.{owner} = {tenant}"));
        }
        if let Some(Range { field, from, to }) = &self.plan.time {
            let (from, to) = (self.moment(*field, *from), self.moment(*field, *to));
            let name = name(*field);
            all.push(format!("{name} >= {from} AND {name} < {to}"));
        }
        for Condition { field, operator, values } in &self.plan.conditions {
            let is_optional = field.dimension.is_optional || field.table > 0;
            all.push(self.comparison(&name(*field), is_optional, *operator, values, field.dimension.kind));
        }
        if all.is_empty() { "1 = 1".to_owned() } else { all.join(" AND ") }
    }

    /// The beginning of `date`, as `field` has it.
    fn moment(&mut self, field: Field, date: Date) -> String {
        let value = match field.dimension.kind {
            DimensionKind::Time => date.begins(&self.plan.zone).into(),
            _ => Value::from(date.to_string()),
        };
        self.bind(value)
    }

    fn comparison(
        &mut self,
        column: &str,
        is_optional: bool,
        operator: Operator,
        values: &[Value],
        kind: DimensionKind,
    ) -> String {
        // In PostgreSQL texts are ordered as its locale has it, dates and numbers as they should be.
        let sign = match operator {
            Operator::Equals => return format!("{column} IN ({})", self.list(values)),
            Operator::NotEquals if is_optional => {
                return format!("({column} IS NULL OR {column} NOT IN ({}))", self.list(values));
            }
            Operator::NotEquals => return format!("{column} NOT IN ({})", self.list(values)),
            Operator::Set => return format!("{column} IS NOT NULL"),
            Operator::NotSet => return format!("{column} IS NULL"),
            // LIKE means one thing in SQLite and another in PostgreSQL.
            Operator::Contains => return self.contains(column, values),
            Operator::StartsWith => {
                let text = self.list(values);
                return format!("substr({column}, 1, length(CAST({text} AS TEXT))) = CAST({text} AS TEXT)");
            }
            Operator::Gt => ">",
            Operator::Gte => ">=",
            Operator::Lt => "<",
            Operator::Lte => "<=",
        };
        let column = if kind == DimensionKind::Date { self.in_order(column) } else { column.to_owned() };
        format!("{column} {sign} {}", self.list(values))
    }

    fn contains(&mut self, column: &str, values: &[Value]) -> String {
        if values.iter().all(|value| *value == Value::from("")) {
            return format!("{column} IS NOT NULL");
        }
        let text = self.list(values);
        format!("replace({column}, CAST({text} AS TEXT), '') <> {column}")
    }

    /// `expression`, ordered byte by byte as SQLite does it.
    fn in_order(&self, expression: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => expression.to_owned(),
            Dialect::Postgres => format!("({expression} COLLATE \"C\")"),
        }
    }

    fn column(&mut self, column: &Column) -> String {
        match &column.kind {
            ColumnKind::Dimension(field) if column.is_text() => self.in_order(&name(*field)),
            ColumnKind::Dimension(field) => name(*field),
            ColumnKind::Period(starts) => {
                let Some(range) = &self.plan.time else { return "0".to_owned() };
                let field = range.field;
                let bounds: Vec<String> = starts.iter().skip(1).map(|start| self.moment(field, *start)).collect();
                format!("CAST({} AS BIGINT)", period(&self.in_order_of(field), &bounds, 0))
            }
            ColumnKind::Measure(measure, _) => self.measure(measure),
        }
    }

    fn in_order_of(&self, field: Field) -> String {
        let name = name(field);
        if field.dimension.kind == DimensionKind::Date { self.in_order(&name) } else { name }
    }

    fn measure(&mut self, measure: &Measure) -> String {
        let amount = match measure.kind {
            MeasureKind::Count => "1".to_owned(),
            MeasureKind::Sum(column) | MeasureKind::Amount { column, .. } => format!("r0.{column}"),
            MeasureKind::Difference(column, less) => format!("r0.{column} - r0.{less}"),
        };
        let amount = match measure.only {
            None => amount,
            Some((column, texts)) => {
                let texts: Vec<Value> = texts.iter().map(|text| (*text).into()).collect();
                format!("CASE WHEN r0.{column} IN ({}) THEN {amount} ELSE 0 END", self.list(&texts))
            }
        };
        format!("CAST(COALESCE(SUM({amount}), 0) AS BIGINT)")
    }

    /// What rows are ordered by. A column that may be empty is two keys: those without a value come last.
    fn keys(&self, after: Option<&Row>) -> Vec<Key> {
        let mut keys = Vec::new();
        for (place, is_descending) in &self.plan.order {
            let Some(column) = self.plan.columns.get(*place) else { continue };
            let value = after.and_then(|row| row.0.get(*place)).cloned();
            let is_descending = *is_descending;
            if !column.is_optional() {
                keys.push(Key { expression: format!("t.c{place}"), value, is_descending });
                continue;
            }
            let none: Value = if column.is_text() { "".into() } else { 0.into() };
            let is_missing = value.as_ref().map(|value| i64::from(*value == Value::Null).into());
            keys.push(Key {
                expression: format!("CAST(CASE WHEN t.c{place} IS NULL THEN 1 ELSE 0 END AS BIGINT)"),
                value: is_missing,
                is_descending: false,
            });
            let written = if column.is_text() { "''" } else { "0" };
            keys.push(Key {
                expression: format!("COALESCE(t.c{place}, {written})"),
                value: value.map(|value| if value == Value::Null { none } else { value }),
                is_descending,
            });
        }
        keys
    }

    /// The condition of the rows after the one whose keys these are, all of which ascend. It names each key once: PostgreSQL
    /// counts the comparisons of a period each time that it is named, and compiles a statement that it takes for costly,
    /// which takes longer than to run it.
    fn after_ascending(&mut self, keys: &[Key]) -> String {
        let known: Option<Vec<Value>> = keys.iter().map(|key| key.value.clone()).collect();
        let Some(values) = known.filter(|values| !values.is_empty()) else { return "1 = 0".to_owned() };
        let expressions: Vec<&str> = keys.iter().map(|key| key.expression.as_str()).collect();
        format!("({}) > ({})", expressions.join(", "), self.list(&values))
    }

    /// The condition of the rows after the one whose keys these are.
    fn after(&mut self, keys: &[Key]) -> String {
        let Some((key, rest)) = keys.split_first() else { return "1 = 0".to_owned() };
        let Some(value) = key.value.clone() else { return "1 = 0".to_owned() };
        let sign = if key.is_descending { "<" } else { ">" };
        let bound = self.bind(value);
        let Key { expression, .. } = key;
        if rest.is_empty() {
            return format!("{expression} {sign} {bound}");
        }
        // The first part lets the database begin where the page does.
        format!("({expression} {sign}= {bound} AND ({expression} {sign} {bound} OR {}))", self.after(rest))
    }
}

/// The column of a table.
fn name(field: Field) -> String {
    format!("r{}.{}", field.table, field.dimension.column)
}

/// The place of the period that `value` is in, where all but the first begin at `bounds`: found by halves, so that a thousand
/// periods cost ten comparisons. `first` is the place of the first one.
fn period(value: &str, bounds: &[String], first: usize) -> String {
    let middle = bounds.len() / 2;
    let Some((before, [bound, after @ ..])) = bounds.split_at_checked(middle) else { return first.to_string() };
    let before = period(value, before, first);
    let after = period(value, after, first.saturating_add(middle).saturating_add(1));
    format!("CASE WHEN {value} < {bound} THEN {before} ELSE {after} END")
}
