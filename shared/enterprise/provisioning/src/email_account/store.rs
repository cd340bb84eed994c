//! E-mail accounts in the database.
//!
//! Rows are never deleted, and a tenant's rows are numbered without a gap. Each is decided on all rows before it: of two that
//! were decided on the same rows, one finds its place taken and is decided anew. So the quotas of accounts that are made at the
//! same time never exceed the tenant's storage together.

use edge_database::{Column as _, Conditions, DatabaseError, Db, Record as _, columns};

use super::model::{EmailAccount, Status};
use crate::error::ProvisioningError;

/// How often an account is decided anew because another was faster. Each time another was made.
const MAX_ATTEMPTS: u32 = 200;

/// E-mail accounts in a database.
#[derive(Clone)]
pub(crate) struct EmailAccounts(Db);

impl EmailAccounts {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// The account with this address, unless it was given up.
    pub(crate) async fn find(&self, domain: i64, local_part: &str) -> Result<Option<EmailAccount>, DatabaseError> {
        let conditions = Conditions::of("domain_number", domain).and("local_part", local_part);
        self.0.find(conditions.and_where("status <> ?", Status::Refused.as_str())).await
    }

    /// The bytes that a tenant's accounts take.
    async fn used(&self, tenant: &str) -> Result<i64, DatabaseError> {
        let statement = "SELECT CAST(COALESCE(SUM(quota), 0) AS BIGINT) FROM email_accounts
            WHERE tenant_id = $1 AND status <> 'refused'";
        let rows = self.0.query(statement, &[tenant.into()]).await?;
        rows.first().map_or(Ok(0), |row| row.integer(0))
    }

    /// The accounts and the bytes that they take, by tenant; only of `tenant` where one is given.
    pub(crate) async fn usage(&self, tenant: Option<&str>) -> Result<Vec<(String, i64, i64)>, DatabaseError> {
        let mut values = Vec::new();
        let mut of_tenant = "";
        if let Some(tenant) = tenant {
            values.push(tenant.into());
            of_tenant = "AND tenant_id = $1";
        }
        let statement = format!(
            "SELECT tenant_id, COUNT(*), CAST(COALESCE(SUM(quota), 0) AS BIGINT) FROM email_accounts
             WHERE status <> 'refused' {of_tenant} GROUP BY tenant_id"
        );
        let rows = self.0.query(&statement, &values).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.integer(1)?, row.integer(2)?))).collect()
    }

    /// The number of the next account.
    pub(crate) async fn next_number(&self) -> Result<i64, DatabaseError> {
        self.0.next_number("email_accounts").await
    }

    /// Stores a new account at the next place, if its quota and the others' are within `limit` bytes; without one, there is
    /// no limit. None: there is an account with this address.
    pub(crate) async fn insert(
        &self,
        mut account: EmailAccount,
        limit: Option<i64>,
    ) -> Result<Option<EmailAccount>, ProvisioningError> {
        let place = EmailAccount::COLUMNS.iter().position(|column| *column == "place").unwrap_or_default();
        let mut values = account.values()?;
        values.remove(place);
        let columns = columns::<EmailAccount>().replace(" place,", "");
        let casts: Vec<String> = EmailAccount::COLUMNS
            .iter()
            .filter(|column| **column != "place")
            .enumerate()
            .map(|(index, column)| {
                let kind = if matches!(*column, "number" | "domain_number" | "quota" | "created_at") {
                    "BIGINT"
                } else {
                    "TEXT"
                };
                format!("CAST(${} AS {kind})", index.saturating_add(1))
            })
            .collect();
        values.extend([account.tenant_id.as_str().into(), limit.to_value()?, account.quota.into()]);
        let [tenant, limit_place, quota] = [2, 1, 0].map(|back| values.len().saturating_sub(back));
        // One statement sees the same rows for the sum and for the place.
        let statement = format!(
            "INSERT INTO email_accounts ({columns}, place)
             SELECT {}, sums.last + 1 FROM (
                SELECT COALESCE(MAX(place), 0) AS last,
                    CAST(COALESCE(SUM(CASE WHEN status <> 'refused' THEN quota ELSE 0 END), 0) AS BIGINT) AS used
                FROM email_accounts WHERE tenant_id = ${tenant}
             ) sums
             WHERE CAST(${limit_place} AS BIGINT) IS NULL OR sums.used <= CAST(${limit_place} AS BIGINT) - CAST(${quota} AS BIGINT)
             RETURNING place",
            casts.join(", ")
        );
        for _ in 0..MAX_ATTEMPTS {
            match self.0.query(&statement, &values).await {
                Ok(rows) => match rows.first() {
                    Some(row) => {
                        account.place = row.integer(0)?;
                        return Ok(Some(account));
                    }
                    // Another request may have taken the address, and its quota with it.
                    None if self.find(account.domain_number, &account.local_part).await?.is_some() => return Ok(None),
                    None => {
                        let left = limit.unwrap_or(i64::MAX).saturating_sub(self.used(&account.tenant_id).await?);
                        return Err(ProvisioningError::QuotaExceeded(left.max(0)));
                    }
                },
                Err(DatabaseError::Duplicate(_)) => {
                    if self.find(account.domain_number, &account.local_part).await?.is_some() {
                        return Ok(None);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(ProvisioningError::Busy)
    }

    /// Takes the name out of the addresses of `user`. The accounts stay, with their quotas.
    pub(crate) async fn erase(&self, tenant: &str, user: &str) -> Result<(), DatabaseError> {
        // No address reads like this, and no two accounts have the same.
        let statement = "UPDATE email_accounts SET local_part = '(deleted) ' || CAST(number AS TEXT)
            WHERE tenant_id = $1 AND user_id = $2";
        self.0.query(statement, &[tenant.into(), user.into()]).await.map(drop)
    }

    /// Notes what became of a pending account; gives whether it was still pending.
    pub(crate) async fn settle(&self, number: i64, status: Status) -> Result<bool, DatabaseError> {
        let statement =
            "UPDATE email_accounts SET status = $1 WHERE number = $2 AND status = 'pending' RETURNING number";
        Ok(!self.0.query(statement, &[status.as_str().into(), number.into()]).await?.is_empty())
    }
}
