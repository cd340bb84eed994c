//! Lines in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{Row, Value};
use edge_database::{Conditions, Cursor, DatabaseError, Db, Record as _, columns, places};
use edge_invoices::Date;
use edge_money::{Currency, Money};

use super::model::Line;
use crate::allocation::Source;
use crate::gl_mapping::GlKind;

/// The most groups of a sum.
const MAX_SUMS: u32 = 10_000;

/// The lines in a database.
#[derive(Clone)]
pub struct Lines(Db);

/// Which lines; None: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineFilter {
    /// Only those of this department.
    pub department: Option<String>,
    /// Only those of departments of this entity.
    pub entity: Option<String>,
    /// Only those of departments of these entities.
    pub entities: Option<Vec<String>>,
    /// Only those of this source.
    pub source: Option<Source>,
    /// Only those of this document.
    pub document: Option<String>,
    /// Only those of this kind.
    pub kind: Option<GlKind>,
    /// Only those of these kinds.
    pub kinds: Option<Vec<GlKind>>,
    /// Only those on this account.
    pub gl_code: Option<String>,
    /// Only those of this cost centre.
    pub cost_center: Option<String>,
    /// Only those for this plan.
    pub plan: Option<String>,
    /// Only those in this currency.
    pub currency: Option<Currency>,
    /// Only those that nobody shares.
    pub is_unallocated: bool,
    /// Only those from this day on.
    pub from: Option<Date>,
    /// Only those before this day.
    pub to: Option<Date>,
}

/// By what lines are summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// By department.
    Department,
    /// By cost centre.
    CostCenter,
    /// By account of the general ledger.
    GlCode,
    /// By plan.
    Plan,
    /// By month of the calendar.
    Month,
    /// By what the amounts are.
    Kind,
    /// By entity.
    Entity,
}

impl Dimension {
    /// All dimensions.
    pub const ALL: [Self; 7] =
        [Self::Department, Self::CostCenter, Self::GlCode, Self::Plan, Self::Month, Self::Kind, Self::Entity];

    /// The dimension as text: `cost_center`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::CostCenter => "cost_center",
            Self::GlCode => "gl_code",
            Self::Plan => "plan",
            Self::Month => "month",
            Self::Kind => "kind",
            Self::Entity => "entity",
        }
    }

    /// The dimension with this text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.as_str() == text)
    }

    const fn expression(self) -> &'static str {
        match self {
            Self::Department => "department_id",
            Self::CostCenter => "cost_center",
            Self::GlCode => "gl_code",
            Self::Plan => "plan_id",
            Self::Month => "SUBSTR(date, 1, 7)",
            Self::Kind => "kind",
            Self::Entity => "entity_id",
        }
    }
}

/// The sum of a group of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// What the lines have in common; None: they have none, such as lines that no department shares.
    pub value: Option<String>,
    /// The sum.
    pub amount: Money,
    /// How many lines there are.
    pub lines: i64,
}

impl LineFilter {
    fn conditions(&self, tenant: &str) -> Conditions {
        let conditions = Conditions::of("tenant_id", tenant)
            .and_if("department_id", self.department.as_deref())
            .and_if("entity_id", self.entity.as_deref())
            .and_if("source", self.source.as_ref().map(Source::to_string))
            .and_if("document", self.document.as_deref())
            .and_if("kind", self.kind.map(GlKind::as_str))
            .and_if("gl_code", self.gl_code.as_deref())
            .and_if("cost_center", self.cost_center.as_deref())
            .and_if("plan_id", self.plan.as_deref())
            .and_if("currency", self.currency.map(|currency| currency.as_str().to_owned()));
        let conditions = match &self.entities {
            Some(ids) => conditions.and_in("entity_id", ids.iter().map(String::as_str)),
            None => conditions,
        };
        let conditions = match &self.kinds {
            Some(kinds) => conditions.and_in("kind", kinds.iter().map(|kind| kind.as_str())),
            None => conditions,
        };
        let conditions = if self.is_unallocated { conditions.and_null("department_id") } else { conditions };
        let day = |day: Option<Date>, bound: &str| day.map_or_else(|| bound.to_owned(), |day| day.to_string());
        conditions.and_where("date >= ?", day(self.from, "0000")).and_where("date < ?", day(self.to, "99999"))
    }
}

impl Lines {
    /// The lines in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// All lines of a document, in the order in which they were posted.
    pub async fn of_document(&self, tenant: &str, document: &str) -> Result<Vec<Line>, DatabaseError> {
        let conditions = Conditions::of("tenant_id", tenant).and("document", document);
        self.0.select(conditions, "step, number").await
    }

    /// All lines of these documents, those of each in the order in which they were posted.
    pub async fn of_documents(&self, tenant: &str, documents: &[String]) -> Result<Vec<Line>, DatabaseError> {
        let documents = documents.iter().map(String::as_str);
        let conditions = Conditions::of("tenant_id", tenant).and_in("document", documents);
        self.0.select(conditions, "document, step, number").await
    }

    /// Up to `limit` lines of `tenant` that were posted after `cursor` (time, id), in the order in which they were posted.
    pub async fn posted_after(
        &self,
        tenant: &str,
        (at, id): (Timestamp, &str),
        limit: u32,
    ) -> Result<Vec<Line>, DatabaseError> {
        let conditions = Conditions::of("tenant_id", tenant)
            .and_where("posted_at >= ?", at)
            .and_where(&format!("(posted_at > {} OR id > ?)", at.as_millis()), id);
        self.0.select(conditions, &format!("posted_at, id LIMIT {limit}")).await
    }

    /// Stores the lines of one step in one statement; false: the document has this step already.
    pub(crate) async fn insert(&self, lines: &[Line]) -> Result<bool, DatabaseError> {
        let rows = lines.iter().map(edge_database::Record::values).collect::<Result<Vec<_>, _>>()?;
        if rows.len() > edge_database::MAX_ROWS {
            return Err(DatabaseError::Refused("a step has too many lines for one statement".into()));
        }
        let head = format!("INSERT INTO allocation_lines ({})", columns::<Line>());
        match self.0.insert_rows(&head, rows, "").await {
            Ok(_) => Ok(true),
            Err(DatabaseError::Duplicate(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Those of `documents` of which departments have lines.
    pub(crate) async fn shared(&self, tenant: &str, documents: &[String]) -> Result<Vec<String>, DatabaseError> {
        if documents.is_empty() {
            return Ok(Vec::new());
        }
        let statement = format!(
            "SELECT DISTINCT document FROM allocation_lines
             WHERE tenant_id = $1 AND department_id IS NOT NULL AND document IN ({})",
            places(2, documents.len())
        );
        let mut values: Vec<Value> = vec![tenant.into()];
        values.extend(documents.iter().map(|document| Value::from(document.as_str())));
        self.texts(&statement, values).await
    }

    /// Up to `limit` documents of `source` after `document`, in the order of their names, of which no department has a line.
    pub(crate) async fn unshared(
        &self,
        tenant: &str,
        source: &Source,
        document: &str,
        limit: u32,
    ) -> Result<Vec<String>, DatabaseError> {
        let statement = "SELECT document FROM allocation_lines WHERE tenant_id = $1 AND source = $2 AND document > $3
            GROUP BY document HAVING COUNT(department_id) = 0 ORDER BY document LIMIT $4";
        let values = vec![tenant.into(), source.to_string().into(), document.into(), i64::from(limit).into()];
        self.texts(statement, values).await
    }

    /// The last day of the lines of `department`.
    pub(crate) async fn last_of_department(
        &self,
        tenant: &str,
        department: &str,
    ) -> Result<Option<Date>, DatabaseError> {
        let statement = "SELECT MAX(date) FROM allocation_lines WHERE tenant_id = $1 AND department_id = $2";
        let rows = self.0.query(statement, &[tenant.into(), department.into()]).await?;
        Ok(rows.first().map_or(Ok(None), |row| row.optional_text(0))?.and_then(Date::parse))
    }

    async fn texts(&self, statement: &str, values: Vec<Value>) -> Result<Vec<String>, DatabaseError> {
        let rows = self.0.query_owned(statement, values).await?;
        rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
    }

    /// Up to `limit` lines of `tenant`, newest first.
    pub async fn list(
        &self,
        tenant: &str,
        filter: &LineFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Line>, DatabaseError> {
        self.0.page(filter.conditions(tenant), "posted_at", cursor, limit).await
    }

    /// The sums of lines of `tenant`, by dimension and currency.
    pub async fn sums(&self, tenant: &str, filter: &LineFilter, by: Dimension) -> Result<Vec<Sum>, DatabaseError> {
        let (condition, values) = filter.conditions(tenant).into_parts();
        let (expression, table) = (by.expression(), Line::TABLE);
        let statement = format!(
            "SELECT {expression}, currency, CAST(SUM(amount) AS BIGINT), COUNT(*) FROM {table} WHERE {condition}
             GROUP BY 1, 2 ORDER BY 1, 2 LIMIT {MAX_SUMS}"
        );
        let read = |row: &Row| {
            let refused = |error: edge_money::InvalidMoney| DatabaseError::Refused(error.to_string());
            let currency = Currency::parse(row.text(1)?).map_err(refused)?;
            let amount = Money { minor: row.integer(2)?, currency };
            Ok(Sum { value: row.optional_text(0)?.map(str::to_owned), amount, lines: row.integer(3)? })
        };
        self.0.query(&statement, &values).await?.iter().map(read).collect()
    }
}
