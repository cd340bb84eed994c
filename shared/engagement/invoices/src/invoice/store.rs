//! Invoices in the database. Whatever changes an invoice is one statement on one revision of its row.

use edge_capabilities::Timestamp;
use edge_database::{Column as _, Conditions, Cursor, DatabaseError, Db, Dialect, MAX_ROWS, Value, columns, read_all};
use edge_money::Currency;

use super::model::{Invoice, InvoiceState, InvoiceStatus};
use crate::error::InvoiceError;
use crate::payment::InvoiceRefund;
use crate::reminder::Reminder;
use edge_time_zones::Date;

/// How often a change is tried again after somebody else was faster.
pub(crate) const MAX_ATTEMPTS: u32 = 20;

/// Invoices in a database.
#[derive(Clone)]
pub struct Invoices(pub(crate) Db);

/// Which invoices a list holds; None: all.
#[derive(Clone, Debug, Default)]
pub(super) struct InvoiceFilter {
    pub(super) status: Option<InvoiceStatus>,
    pub(super) external_id: Option<String>,
}

/// What finalising makes of an invoice, but for its number.
#[derive(Clone, Debug)]
pub(crate) struct Finalization {
    pub(crate) state: InvoiceState,
    pub(crate) issue_date: Date,
    pub(crate) due_date: Date,
    pub(crate) reminders: Vec<Reminder>,
    pub(crate) now: Timestamp,
    pub(crate) paid_at: Option<Timestamp>,
}

impl Invoices {
    /// The invoices in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The invoice `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<Invoice>, DatabaseError> {
        self.0.find(Conditions::of("tenant_id", tenant).and("id", id)).await
    }

    /// The invoices of `tenant` that `provider` calls `external_id`: one in each of its accounts.
    pub(crate) async fn of_provider(
        &self,
        tenant: &str,
        provider: &str,
        external_id: &str,
    ) -> Result<Vec<Invoice>, DatabaseError> {
        let of = Conditions::of("tenant_id", tenant).and("provider", provider).and("external_id", external_id);
        self.0.select(of, "created_at, id").await
    }

    /// The invoices of `tenant` with these ids, oldest first.
    pub async fn find_all(&self, tenant: &str, ids: &[String]) -> Result<Vec<Invoice>, DatabaseError> {
        let mut found = Vec::new();
        for ids in ids.chunks(MAX_ROWS) {
            let of = Conditions::of("tenant_id", tenant).and_in("id", ids.iter().map(String::as_str));
            found.extend(self.0.select(of, "created_at, id").await?);
        }
        Ok(found)
    }

    /// Stores a new invoice, unless there is one with its id; gives whether it did.
    pub(crate) async fn insert_new(&self, invoice: &Invoice) -> Result<bool, DatabaseError> {
        self.0.insert_new(invoice).await
    }

    /// Up to `limit` invoices that were changed after `cursor` (time, id), of `tenant` alone where one is given, in the order
    /// of their last changes.
    pub async fn changed_after(
        &self,
        (at, id): (Timestamp, &str),
        tenant: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Invoice>, DatabaseError> {
        let conditions = Conditions::default()
            .and_where("updated_at >= ?", at)
            .and_where(&format!("(updated_at > {} OR id > ?)", at.as_millis()), id)
            .and_if("tenant_id", tenant);
        self.0.select(conditions, &format!("updated_at, id LIMIT {limit}")).await
    }

    /// Stores a new invoice.
    pub(super) async fn insert(&self, invoice: &Invoice) -> Result<(), InvoiceError> {
        self.0.insert(invoice).await.map_err(taken)
    }

    /// Stores `invoice` unless it was changed since it was read; gives whether it did.
    pub(crate) async fn replace(&self, invoice: &Invoice) -> Result<bool, InvoiceError> {
        let fixed = ["number_year", "number", "created_at", "finalized_at"];
        self.0.update_if_revision(invoice, &["id", "tenant_id"], &fixed).await.map_err(taken)
    }

    /// Changes the invoice `id` of `tenant` by `change`, which may be called several times; what it gives is the result.
    /// `change` gives None where there is nothing to write.
    pub(crate) async fn change<T>(
        &self,
        tenant: &str,
        id: &str,
        mut change: impl FnMut(&mut Invoice) -> Result<(bool, T), InvoiceError>,
    ) -> Result<(Invoice, T), InvoiceError> {
        for _ in 0..MAX_ATTEMPTS {
            let mut invoice = self.find(tenant, id).await?.ok_or(InvoiceError::NotFound)?;
            let (is_changed, result) = change(&mut invoice)?;
            if !is_changed {
                return Ok((invoice, result));
            }
            if self.replace(&invoice).await? {
                invoice.revision = invoice.revision.saturating_add(1);
                return Ok((invoice, result));
            }
        }
        Err(InvoiceError::Busy)
    }

    /// Notes in the invoices of `tenant` that `provider` calls `payment` that something of it was given back, once by its name.
    /// They stay paid.
    pub async fn refunded(
        &self,
        (tenant, provider, payment): (&str, &str, &str),
        refund: &InvoiceRefund,
        currency: Currency,
        now: Timestamp,
    ) -> Result<(), InvoiceError> {
        for invoice in self.of_provider(tenant, provider, payment).await? {
            let note =
                |invoice: &mut Invoice| Ok((invoice.currency == currency && invoice.refund(refund.clone(), now), ()));
            self.change(tenant, &invoice.id, note).await?;
        }
        Ok(())
    }

    /// Gives the draft `invoice` the next number of its series and year, together with all that finalising changes, unless it
    /// was changed since it was read; None: it was.
    ///
    /// A number is taken and given in one statement: an instance that dies leaves both or neither. Finalised invoices are
    /// never deleted, so no number is ever missing. PostgreSQL runs statements at the same time: there each waits for the
    /// row of the last number. It takes the draft's row before that, so that of two statements about one draft only one
    /// takes a number. SQLite runs one statement that writes at a time, and the last number is the greatest.
    pub(crate) async fn finalize(
        &self,
        invoice: &Invoice,
        new: &Finalization,
    ) -> Result<Option<Invoice>, DatabaseError> {
        let own = columns::<Invoice>().split(", ").map(|column| format!("invoices.{column}")).collect::<Vec<_>>();
        let (own, set) = (
            own.join(", "),
            "state = $6, issue_date = $7, due_date = $8, reminders = $9, updated_at = $10,
            finalized_at = $10, paid_at = $11, number_year = $5, revision = revision + 1",
        );
        let draft = "id = $1 AND tenant_id = $2 AND revision = $3 AND state = 'draft'";
        let statement = match self.0.dialect().await? {
            Dialect::Sqlite => format!(
                "UPDATE invoices SET {set}, number = (SELECT COALESCE(MAX(n.number), 0) + 1 FROM invoices n
                    WHERE n.tenant_id = $2 AND n.series = $4 AND n.number_year = $5)
                 WHERE {draft} AND series = $4 RETURNING {own}"
            ),
            Dialect::Postgres => format!(
                "WITH draft AS (SELECT id FROM invoices WHERE {draft} AND series = $4 FOR UPDATE),
                counter AS (
                    INSERT INTO invoice_numbers (tenant_id, series, year, last)
                    SELECT CAST($2 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT), 1 FROM draft
                    ON CONFLICT (tenant_id, series, year) DO UPDATE SET last = invoice_numbers.last + 1 RETURNING last
                )
                UPDATE invoices SET {set}, number = counter.last FROM counter WHERE invoices.id = $1 RETURNING {own}"
            ),
        };
        let values = vec![
            invoice.id.as_str().into(),
            invoice.tenant.as_str().into(),
            Value::Integer(invoice.revision),
            invoice.series.as_str().into(),
            Value::Integer(new.issue_date.year()),
            new.state.as_str().into(),
            new.issue_date.to_value()?,
            new.due_date.to_value()?,
            new.reminders.to_value()?,
            new.now.into(),
            new.paid_at.into(),
        ];
        Ok(read_all(&self.0.query_owned(&statement, values).await?)?.pop())
    }

    /// Up to `limit` invoices of `tenant`, newest first. `today` is the day where the tenant is.
    pub(super) async fn list(
        &self,
        tenant: &str,
        filter: InvoiceFilter,
        today: Date,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Invoice>, DatabaseError> {
        let all = Conditions::of("tenant_id", tenant).and_if("external_id", filter.external_id);
        let of = |state: InvoiceState| all.clone().and("state", state.as_str());
        let open = || of(InvoiceState::Open);
        let today = today.to_string();
        let conditions = match filter.status {
            None => all,
            Some(InvoiceStatus::Pending) => of(InvoiceState::Draft),
            Some(InvoiceStatus::Sent) => open().and_where("due_date >= ?", today),
            Some(InvoiceStatus::Overdue) => open().and_where("due_date < ?", today),
            Some(InvoiceStatus::Paid) => of(InvoiceState::Paid),
            Some(InvoiceStatus::Cancelled) => of(InvoiceState::Void),
        };
        self.0.page(conditions, "created_at", cursor, limit).await
    }
}

fn taken(error: DatabaseError) -> InvoiceError {
    match error {
        DatabaseError::Duplicate(_) => InvoiceError::ExternalIdTaken,
        error => error.into(),
    }
}
