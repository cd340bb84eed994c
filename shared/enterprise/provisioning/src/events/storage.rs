//! Reports the storage of each tenant that has e-mail accounts, once a day.

use async_trait::async_trait;
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_erp_events::{ErpEvents, EventType, NewErpEvent};
use edge_jobs::{Job, JobHandler, JobOutcome, JobResult};
use serde_json::json;

use crate::email_account::store::EmailAccounts;

/// Reports storage.
pub(crate) struct StorageReporter {
    accounts: EmailAccounts,
    capabilities: Capabilities,
    events: ErpEvents,
}

impl StorageReporter {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            accounts: EmailAccounts::new(db.clone()),
            capabilities: capabilities.clone(),
            events: ErpEvents::new(db.clone()),
        }
    }
}

#[async_trait]
impl JobHandler for StorageReporter {
    async fn run(&self, _: &Job) -> JobResult {
        let now = self.capabilities.clock.now();
        let text = now.to_rfc3339_millis();
        let day = text.get(..10).unwrap_or(&text);
        let event = |(tenant, accounts, bytes): (String, i64, i64)| NewErpEvent {
            // GiB, of which a part counts as one.
            quantity: bytes.saturating_add((1 << 30) - 1) >> 30,
            ..NewErpEvent::new(
                EventType::StorageReported,
                format!("storage:{tenant}:{day}"),
                &tenant,
                json!({"used_bytes": bytes, "email_accounts": accounts}),
                now,
            )
        };
        let usage = self.accounts.usage(None).await?;
        self.events.raise(&usage.into_iter().map(event).collect::<Vec<_>>()).await?;
        Ok(JobOutcome::Done)
    }
}
