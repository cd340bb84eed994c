//! Contracts in the database. Whatever changes a contract is one statement on one revision of its row.

use edge_capabilities::Timestamp;
use edge_database::{
    Column as _, Conditions, Cursor, DatabaseError, Db, Dialect, Value, json_column, record, text_column,
};
use edge_money::Currency;
use edge_time_zones::Date;

use super::model::{Contract, ContractStatus};
use crate::error::ContractError;

/// How often a change is tried again after somebody else was faster.
pub(crate) const MAX_ATTEMPTS: u32 = 20;

/// Contracts in a database.
#[derive(Clone)]
pub struct Contracts(Db);

/// Which contracts a list holds; None: all.
#[derive(Clone, Debug, Default)]
pub(crate) struct ContractFilter {
    pub(crate) status: Option<ContractStatus>,
    pub(crate) entity_id: Option<String>,
}

/// A contract, and the parts of it that statements filter by.
pub(crate) struct ContractRow {
    id: String,
    tenant: String,
    number: Option<i64>,
    entity_id: String,
    status: ContractStatus,
    currency: Currency,
    starts_on: Date,
    ends_on: Date,
    contract: Contract,
    due_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    revision: i64,
}

text_column!(ContractStatus);
json_column!(Contract);
record! {
    ContractRow in "contracts" {
        id, tenant: "tenant_id", number, entity_id, status, currency, starts_on, ends_on, contract, due_at, created_at,
        updated_at, revision,
    }
}

impl ContractRow {
    fn new(contract: &Contract, due_at: Option<Timestamp>) -> Self {
        Self {
            id: contract.id.clone(),
            tenant: contract.tenant.clone(),
            number: contract.number,
            entity_id: contract.entity_id.clone(),
            status: contract.status,
            currency: contract.currency,
            starts_on: contract.start(),
            ends_on: contract.limit(),
            contract: contract.clone(),
            due_at,
            created_at: contract.created_at,
            updated_at: contract.updated_at,
            revision: contract.revision,
        }
    }
}

impl From<ContractRow> for Contract {
    fn from(row: ContractRow) -> Self {
        Self { number: row.number, revision: row.revision, ..row.contract }
    }
}

impl Contracts {
    /// The contracts in `db`.
    pub const fn new(db: Db) -> Self {
        Self(db)
    }

    /// The contract `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<Contract>, DatabaseError> {
        let conditions = Conditions::of("tenant_id", tenant).and("id", id);
        Ok(self.0.find::<ContractRow>(conditions).await?.map(Contract::from))
    }

    /// The contracts of `tenant` that were signed and ran on `since` or later, as they are on `today`; only those of `entities`
    /// where some are given. In the order of their numbers.
    pub async fn running_since(
        &self,
        tenant: &str,
        entities: Option<&[String]>,
        since: Date,
        (today, now): (Date, Timestamp),
    ) -> Result<Vec<Contract>, ContractError> {
        let signed =
            [ContractStatus::Active, ContractStatus::Renewed, ContractStatus::Expired, ContractStatus::Terminated];
        // One that is to be renewed may seem to have ended until a job comes to it.
        let conditions = Conditions::of("tenant_id", tenant)
            .and_in("status", signed.map(ContractStatus::as_str))
            .and_where("(ends_on > ? OR status IN ('active', 'renewed'))", since.to_value()?);
        let conditions = match entities {
            Some(ids) => conditions.and_in("entity_id", ids.iter().map(String::as_str)),
            None => conditions,
        };
        let rows: Vec<ContractRow> = self.0.select(conditions, "number, id").await?;
        rows.into_iter().map(|row| Contract::from(row).brought_up_to(today, now)).collect()
    }

    /// Stores a new contract.
    pub(crate) async fn insert(&self, contract: &Contract, due_at: Option<Timestamp>) -> Result<(), DatabaseError> {
        self.0.insert(&ContractRow::new(contract, due_at)).await
    }

    /// Stores `contract` unless it was changed since it was read; gives whether it did. From `due_at` on, a job looks at it.
    pub(crate) async fn replace(&self, contract: &Contract, due_at: Option<Timestamp>) -> Result<bool, DatabaseError> {
        let row = ContractRow::new(contract, due_at);
        self.0.update_if_revision(&row, &["id", "tenant_id"], &["number", "created_at"]).await
    }

    /// As [`Contracts::replace`], and gives it the tenant's next number; None: it was changed, or has one.
    ///
    /// A number is taken and given in one statement: an instance that dies leaves both or neither. Contracts with a number are
    /// never deleted, so none is ever missing. PostgreSQL runs statements at the same time: there each waits for the row of
    /// the last number, and takes the contract's row before that.
    pub(crate) async fn sign(
        &self,
        contract: &Contract,
        due_at: Option<Timestamp>,
    ) -> Result<Option<i64>, DatabaseError> {
        let set = "status = $4, starts_on = $5, ends_on = $6, contract = $7, due_at = $8, updated_at = $9,
            revision = contracts.revision + 1";
        let unsigned = "id = $1 AND tenant_id = $2 AND revision = $3 AND number IS NULL";
        let statement = match self.0.dialect().await? {
            Dialect::Sqlite => format!(
                "UPDATE contracts SET {set}, number = (SELECT COALESCE(MAX(n.number), 0) + 1 FROM contracts n
                    WHERE n.tenant_id = $2)
                 WHERE {unsigned} RETURNING number"
            ),
            Dialect::Postgres => format!(
                "WITH unsigned AS (SELECT id FROM contracts WHERE {unsigned} FOR UPDATE),
                counter AS (
                    INSERT INTO contract_numbers (tenant_id, last) SELECT CAST($2 AS TEXT), 1 FROM unsigned
                    ON CONFLICT (tenant_id) DO UPDATE SET last = contract_numbers.last + 1 RETURNING last
                )
                UPDATE contracts SET {set}, number = counter.last FROM counter WHERE contracts.id = $1
                RETURNING contracts.number"
            ),
        };
        let values = vec![
            contract.id.as_str().into(),
            contract.tenant.as_str().into(),
            Value::Integer(contract.revision),
            contract.status.as_str().into(),
            contract.start().to_value()?,
            contract.limit().to_value()?,
            contract.to_value()?,
            due_at.into(),
            contract.updated_at.into(),
        ];
        let rows = self.0.query_owned(&statement, values).await?;
        rows.first().map(|row| row.integer(0)).transpose()
    }

    /// Up to `limit` contracts of `tenant`, newest first.
    pub(crate) async fn list(
        &self,
        tenant: &str,
        filter: ContractFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Contract>, DatabaseError> {
        let conditions = Conditions::of("tenant_id", tenant)
            .and_if("status", filter.status.map(ContractStatus::as_str))
            .and_if("entity_id", filter.entity_id);
        let rows: Vec<ContractRow> = self.0.page(conditions, "created_at", cursor, limit).await?;
        Ok(rows.into_iter().map(Contract::from).collect())
    }

    /// Has a job look at `contract` at `due_at`, unless it was changed since it was read.
    pub(crate) async fn schedule(&self, contract: &Contract, due_at: Option<Timestamp>) -> Result<(), DatabaseError> {
        let statement = "UPDATE contracts SET due_at = $3 WHERE id = $1 AND revision = $2";
        let values = [contract.id.as_str().into(), Value::Integer(contract.revision), due_at.into()];
        self.0.query(statement, &values).await.map(drop)
    }

    /// The ids and tenants of up to `limit` contracts that a job has to look at by `now`.
    pub(crate) async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<(String, String)>, DatabaseError> {
        let statement = "SELECT id, tenant_id FROM contracts WHERE due_at <= $1 ORDER BY due_at LIMIT $2";
        let rows = self.0.query(statement, &[now.into(), i64::from(limit).into()]).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect()
    }

    /// Has contracts that were due by `now` be due again at `later`.
    pub(crate) async fn postpone(&self, ids: &[String], now: Timestamp, later: Timestamp) -> Result<(), DatabaseError> {
        let places = edge_database::places(3, ids.len());
        let statement = format!("UPDATE contracts SET due_at = $2 WHERE due_at <= $1 AND id IN ({places})");
        let values: Vec<Value> =
            [now.into(), later.into()].into_iter().chain(ids.iter().map(|id| id.as_str().into())).collect();
        self.0.query_owned(&statement, values).await.map(drop)
    }
}
