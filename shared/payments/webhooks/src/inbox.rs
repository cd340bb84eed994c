//! The inbox: verified events, stored before they are acknowledged, each once.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_capabilities::database::{Cursor, DatabaseError, Row, Value};
use edge_database::Db;

use crate::event::{COLUMNS, EventOutcome, Status, WebhookEvent, pack};

/// How long one worker may hold an event before another takes it over.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// The inbox.
#[derive(Clone)]
pub(crate) struct Inbox(Db);

/// Which events a list holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) status: Option<Status>,
    pub(crate) provider: Option<String>,
    /// Only events of this tenant.
    pub(crate) tenant: Option<String>,
    /// Only events after this one in the list.
    pub(crate) cursor: Option<Cursor>,
}

impl Inbox {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Stores `event`, settled or open, unless it is there: one statement, so that of any number of deliveries at once one
    /// stores it. Gives the event that was there.
    pub(crate) async fn store(&self, event: WebhookEvent) -> Result<Option<Box<WebhookEvent>>, DatabaseError> {
        let leased_until = event.lease.as_ref().map_or(0, |_| event.received_at.plus(LEASE).as_millis());
        let (provider, identity) = (event.provider.as_str(), event.identity.clone());
        let values: Vec<Value> = vec![
            event.id.into(),
            provider.into(),
            event.identity.into(),
            event.gateway_id.into(),
            event.name.into(),
            event.tenant_id.into(),
            event.endpoint.into(),
            pack(&event.body).into(),
            event.received_at.into(),
            event.occurred_at.into(),
            event.due_at.into(),
            event.lease.into(),
            Value::Integer(leased_until),
            event.status.as_str().into(),
            event.reason.into(),
            event.answer.into(),
            event.settled_at.into(),
        ];
        let statement =
            "INSERT INTO webhook_events (id, provider, identity, gateway_id, event, tenant_id, endpoint, body,
                received_at, occurred_at, due_at, lease, leased_until, status, reason, answer, settled_at, attempts)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 0)
            ON CONFLICT (provider, identity) DO NOTHING RETURNING id";
        if !self.0.query_owned(statement, values).await?.is_empty() {
            return Ok(None);
        }
        let statement = format!("SELECT {COLUMNS} FROM webhook_events WHERE provider = $1 AND identity = $2");
        let found = self.first(&statement, &[provider.into(), identity.into()]).await?;
        // It was there a moment ago: retention has just removed it.
        found
            .map(|event| Some(Box::new(event)))
            .ok_or_else(|| DatabaseError::Unavailable("the first delivery of this event was just removed".into()))
    }

    async fn first(&self, statement: &str, values: &[Value]) -> Result<Option<WebhookEvent>, DatabaseError> {
        self.0.query(statement, values).await?.first().map(WebhookEvent::from_row).transpose()
    }

    pub(crate) async fn find(&self, id: &str) -> Result<Option<WebhookEvent>, DatabaseError> {
        self.first(&format!("SELECT {COLUMNS} FROM webhook_events WHERE id = $1"), &[id.into()]).await
    }

    /// Takes a lease on the open event `id`, unless another worker holds it.
    pub(crate) async fn claim(
        &self,
        id: &str,
        lease: &str,
        now: Timestamp,
    ) -> Result<Option<WebhookEvent>, DatabaseError> {
        let statement = format!(
            "UPDATE webhook_events SET lease = $1, leased_until = $2
             WHERE id = $3 AND leased_until <= $4 AND status IN ('received', 'failed') RETURNING {COLUMNS}"
        );
        self.first(&statement, &[lease.into(), now.plus(LEASE).into(), id.into(), now.into()]).await
    }

    /// Up to `limit` open events that are due and that no worker holds, those that have been due longest first: their ids
    /// and tenants.
    pub(crate) async fn overdue(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(String, Option<String>)>, DatabaseError> {
        // With `status IN (…)` SQLite would read and sort all open events by the index of the status, and not the due ones
        // by the index of the time.
        let statement = "SELECT id, tenant_id FROM webhook_events
            WHERE due_at <= $1 AND leased_until <= $1 AND status NOT IN ('processed', 'ignored', 'dead', 'quarantined')
            ORDER BY due_at LIMIT $2";
        let rows = self.0.query(statement, &[now.into(), Value::Integer(i64::from(limit))]).await?;
        rows.iter().map(id_and_tenant).collect()
    }

    /// Opens the event `id` again and takes a lease on it, unless it is in effect or a worker holds it.
    pub(crate) async fn reopen(
        &self,
        id: &str,
        lease: &str,
        now: Timestamp,
    ) -> Result<Option<WebhookEvent>, DatabaseError> {
        let statement = format!(
            "UPDATE webhook_events
             SET status = 'received', reason = NULL, settled_at = NULL, attempts = 0, due_at = $2, lease = $1,
                 leased_until = $2
             WHERE id = $3 AND leased_until <= $4 AND status <> 'processed' RETURNING {COLUMNS}"
        );
        self.first(&statement, &[lease.into(), now.plus(LEASE).into(), id.into(), now.into()]).await
    }

    /// Opens up to `limit` events of this status again, due now; gives their ids and tenants.
    pub(crate) async fn reopen_all(
        &self,
        status: Status,
        provider: Option<&str>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(String, Option<String>)>, DatabaseError> {
        let mut values = vec![Value::from(now), status.as_str().into(), Value::Integer(i64::from(limit))];
        let mut of_provider = "";
        if let Some(provider) = provider {
            values.push(provider.into());
            of_provider = "AND provider = $4";
        }
        let statement = format!(
            "UPDATE webhook_events SET status = 'received', reason = NULL, settled_at = NULL, attempts = 0, due_at = $1
             WHERE status = $2 AND leased_until <= $1 AND id IN
                (SELECT id FROM webhook_events WHERE status = $2 AND leased_until <= $1 {of_provider}
                 ORDER BY received_at, id LIMIT $3)
             RETURNING id, tenant_id"
        );
        self.0.query(&statement, &values).await?.iter().map(id_and_tenant).collect()
    }

    /// Settles an open event with its outcome, and notes its tenant where `tenant` is given. Without `lease` the event is known
    /// to be in effect, whichever worker holds it. Gives the answer to the gateway, which is the first that was given; None: the
    /// event is not open, or another worker holds it.
    pub(crate) async fn settle(
        &self,
        id: &str,
        lease: Option<&str>,
        tenant: Option<&str>,
        outcome: &EventOutcome,
        answer: &str,
        now: Timestamp,
    ) -> Result<Option<String>, DatabaseError> {
        let mut values: Vec<Value> = vec![
            id.into(),
            outcome.status().as_str().into(),
            outcome.reason().into(),
            answer.into(),
            now.into(),
            tenant.into(),
        ];
        let mut own = "";
        if let Some(lease) = lease {
            values.push(lease.into());
            own = "AND lease = $7";
        }
        let statement = format!(
            "UPDATE webhook_events SET status = $2, reason = $3, answer = COALESCE(answer, $4), settled_at = $5,
                tenant_id = COALESCE($6, tenant_id), due_at = NULL, lease = NULL, leased_until = 0
             WHERE id = $1 AND status IN ('received', 'failed') {own} RETURNING answer"
        );
        let rows = self.0.query(&statement, &values).await?;
        rows.first().map(|row| row.text(0).map(ToOwned::to_owned)).transpose()
    }

    /// Notes that an attempt failed: the event is due again at `due`, or, without it, dead.
    pub(crate) async fn fail(
        &self,
        id: &str,
        lease: &str,
        reason: &str,
        due: Option<Timestamp>,
    ) -> Result<(), DatabaseError> {
        let status = if due.is_some() { Status::Failed } else { Status::Dead };
        let statement = "UPDATE webhook_events SET status = $1, reason = $2, due_at = $3, attempts = attempts + 1,
                lease = NULL, leased_until = 0
            WHERE id = $4 AND lease = $5 AND status IN ('received', 'failed') RETURNING id";
        let values = [status.as_str().into(), reason.into(), due.into(), id.into(), lease.into()];
        self.0.query(statement, &values).await.map(drop)
    }

    /// Notes that the workers of an open event all died: it is dead.
    pub(crate) async fn give_up(&self, id: &str, reason: &str) -> Result<(), DatabaseError> {
        let statement = "UPDATE webhook_events
            SET status = 'dead', reason = $2, due_at = NULL, lease = NULL, leased_until = 0
            WHERE id = $1 AND status IN ('received', 'failed')";
        self.0.query(statement, &[id.into(), reason.into()]).await.map(drop)
    }

    /// Notes the answer to the gateway, unless there was one before; gives the first.
    pub(crate) async fn set_answer(&self, id: &str, answer: &str) -> Result<String, DatabaseError> {
        let statement = "UPDATE webhook_events SET answer = COALESCE(answer, $1) WHERE id = $2 RETURNING answer";
        let rows = self.0.query(statement, &[answer.into(), id.into()]).await?;
        rows.first().map_or(Ok(answer.to_owned()), |row| row.text(0).map(ToOwned::to_owned))
    }

    /// Up to `limit` events, newest first.
    pub(crate) async fn list(&self, filter: &Filter, limit: u32) -> Result<Vec<WebhookEvent>, DatabaseError> {
        let start = || Cursor::new(Timestamp::from_millis(i64::MAX), "");
        let Cursor { at, id } = filter.cursor.clone().unwrap_or_else(start);
        let mut values = vec![Value::from(at), id.into(), Value::Integer(i64::from(limit))];
        let mut conditions = String::new();
        let status = filter.status.map(|status| status.as_str().to_owned());
        for (column, wanted) in [("status", &status), ("provider", &filter.provider), ("tenant_id", &filter.tenant)] {
            if let Some(wanted) = wanted {
                values.push(wanted.as_str().into());
                conditions.push_str(&format!(" AND {column} = ${}", values.len()));
            }
        }
        let statement = format!(
            "SELECT {COLUMNS} FROM webhook_events
             WHERE (received_at < $1 OR (received_at = $1 AND id < $2)) {conditions}
             ORDER BY received_at DESC, id DESC LIMIT $3"
        );
        self.0.query(&statement, &values).await?.iter().map(WebhookEvent::from_row).collect()
    }

    /// How many events are open, or wait for an administrator, by status.
    pub(crate) async fn backlog(&self) -> Result<Vec<(String, i64)>, DatabaseError> {
        let statement = "SELECT status, COUNT(*) FROM webhook_events
            WHERE status IN ('received', 'failed', 'dead', 'quarantined') GROUP BY status ORDER BY status";
        let read = |row: &Row| Ok((row.text(0)?.to_owned(), row.integer(1)?));
        self.0.query(statement, &[]).await?.iter().map(read).collect()
    }

    /// Removes up to `limit` events: those that are settled and were received before `settled`, and those that wait for an
    /// administrator and were received before `waiting`; gives how many.
    pub(crate) async fn remove(
        &self,
        settled: Timestamp,
        waiting: Timestamp,
        limit: u32,
    ) -> Result<usize, DatabaseError> {
        let statement = "DELETE FROM webhook_events WHERE id IN (
                SELECT id FROM webhook_events
                WHERE (status IN ('processed', 'ignored') AND received_at < $1)
                   OR (status IN ('dead', 'quarantined') AND received_at < $2)
                ORDER BY received_at, id LIMIT $3) RETURNING id";
        let values = [settled.into(), waiting.into(), Value::Integer(i64::from(limit))];
        Ok(self.0.query(statement, &values).await?.len())
    }
}

fn id_and_tenant(row: &Row) -> Result<(String, Option<String>), DatabaseError> {
    Ok((row.text(0)?.to_owned(), row.optional_text(1)?.map(ToOwned::to_owned)))
}
