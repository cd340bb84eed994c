//! Events in the database.

use edge_capabilities::Timestamp;
use edge_database::{Column as _, Conditions, DatabaseError, Db, Record as _, Value, columns};

use crate::event::{ErpEvent, EventStatus, NewErpEvent};

/// Which events are listed.
#[derive(Clone, Copy, Debug)]
pub struct EventFilter<'f> {
    /// Only those of this tenant.
    pub tenant: Option<&'f str>,
    /// Those that happened from then on.
    pub from: Timestamp,
    /// Those that happened before.
    pub to: Timestamp,
}

/// The events in a database.
#[derive(Clone)]
pub struct ErpEvents(Db);

impl ErpEvents {
    /// The events in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// Has the ERP be told of `events`, in this order. Those that were raised before are left as they are: each fact is told
    /// once. They are sent by the next drain.
    pub async fn raise(&self, events: &[NewErpEvent]) -> Result<(), DatabaseError> {
        if events.is_empty() {
            return Ok(());
        }
        // Whoever takes a number after these were taken gets a higher one, whichever row is written first.
        let first = self.take_numbers(events.len()).await?;
        let rows = events.iter().zip(first..).map(|(event, number)| {
            let event = ErpEvent {
                number,
                id: event.id.clone(),
                tenant_id: event.tenant.clone(),
                kind: event.kind,
                quantity: event.quantity,
                price_minor: event.unit_price.map(|price| price.minor),
                currency: event.unit_price.map(|price| price.currency),
                data: event.data.to_string(),
                occurred_at: event.occurred_at,
                status: EventStatus::Pending,
                attempts: 0,
                error: None,
                synced_at: None,
            };
            event.values()
        });
        let head = format!("INSERT INTO erp_events ({})", columns::<ErpEvent>());
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        self.0.insert_rows(&head, rows, "ON CONFLICT (id) DO NOTHING").await.map(drop)
    }

    /// Takes `count` numbers; gives the first.
    async fn take_numbers(&self, count: usize) -> Result<i64, DatabaseError> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let last = self.0.next_numbers("erp_events", count).await?;
        Ok(last.saturating_sub(count).saturating_add(1))
    }

    /// Up to `limit` events of `tenant` that are still to be sent, in their order.
    pub async fn pending(&self, tenant: &str, limit: u32) -> Result<Vec<ErpEvent>, DatabaseError> {
        let conditions = Conditions::of("tenant_id", tenant).and("status", EventStatus::Pending.as_str());
        self.0.select(conditions, &format!("number LIMIT {limit}")).await
    }

    /// Up to `limit` tenants that have events to be sent.
    pub async fn waiting_tenants(&self, limit: u32) -> Result<Vec<String>, DatabaseError> {
        let statement =
            "SELECT DISTINCT tenant_id FROM erp_events WHERE status = 'pending' ORDER BY tenant_id LIMIT $1";
        let rows = self.0.query(statement, &[Value::Integer(i64::from(limit))]).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }

    /// Notes that the ERP has an event.
    pub async fn set_synced(&self, event: &ErpEvent, now: Timestamp) -> Result<(), DatabaseError> {
        let statement = "UPDATE erp_events SET status = 'synced', attempts = attempts + 1, error = NULL, synced_at = $1
            WHERE number = $2";
        self.0.query(statement, &[now.into(), event.number.into()]).await.map(drop)
    }

    /// Notes why the ERP did not take an event, which is still to be sent, or given up.
    pub async fn set_failed(&self, event: &ErpEvent, status: EventStatus, error: &str) -> Result<(), DatabaseError> {
        let statement = "UPDATE erp_events SET status = $1, attempts = attempts + 1, error = $2
            WHERE number = $3 AND status = 'pending'";
        self.0.query(statement, &[status.to_value()?, error.into(), event.number.into()]).await.map(drop)
    }

    /// The event with this id.
    pub async fn find(&self, id: &str) -> Result<Option<ErpEvent>, DatabaseError> {
        self.0.find(Conditions::of("id", id)).await
    }

    /// Has an event that was given up be sent after all, before those that were raised after it. Another one is left as it
    /// is.
    pub async fn revive(&self, event: &ErpEvent) -> Result<(), DatabaseError> {
        let statement = "UPDATE erp_events SET status = 'pending', attempts = 0, error = NULL
            WHERE number = $1 AND status = 'dead'";
        self.0.query(statement, &[event.number.into()]).await.map(drop)
    }

    /// Up to `limit` events, in their order.
    pub async fn list(&self, filter: EventFilter<'_>, limit: u32) -> Result<Vec<ErpEvent>, DatabaseError> {
        let conditions = Conditions::default()
            .and_where("occurred_at >= ?", filter.from)
            .and_where("occurred_at < ?", filter.to)
            .and_if("tenant_id", filter.tenant);
        self.0.select(conditions, &format!("number LIMIT {limit}")).await
    }

    /// How many events there are, by status.
    pub async fn count_by_status(&self) -> Result<Vec<(String, i64)>, DatabaseError> {
        let rows = self.0.query("SELECT status, COUNT(*) FROM erp_events GROUP BY status ORDER BY status", &[]).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.integer(1)?))).collect()
    }

    /// Removes up to `limit` events that are no longer to be sent and happened before `before`; gives how many.
    pub async fn remove(&self, before: Timestamp, limit: u32) -> Result<usize, DatabaseError> {
        let statement = "DELETE FROM erp_events WHERE number IN (SELECT number FROM erp_events
            WHERE occurred_at < $1 AND status <> 'pending' ORDER BY occurred_at LIMIT $2) RETURNING number";
        Ok(self.0.query(statement, &[before.into(), Value::Integer(i64::from(limit))]).await?.len())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edge_capabilities::testing::MemoryDatabase;
    use edge_money::{Currency, Money};
    use serde_json::json;

    use super::*;
    use crate::event::EventType;

    fn events() -> ErpEvents {
        ErpEvents::new(Db::new(Arc::new(MemoryDatabase::new())))
    }

    fn event(id: &str, tenant: &str, at: i64) -> NewErpEvent {
        NewErpEvent::new(EventType::UserAdded, id.into(), tenant, json!({}), Timestamp::from_millis(at))
    }

    fn ids(events: &[ErpEvent]) -> Vec<&str> {
        events.iter().map(|event| event.id.as_str()).collect()
    }

    #[tokio::test]
    async fn a_fact_is_told_once_and_in_the_order_in_which_it_was_raised() {
        let events = events();
        events.raise(&[event("a", "t", 3), event("b", "t", 2)]).await.unwrap();
        events.raise(&[event("a", "t", 9), event("c", "t", 1), event("d", "other", 1)]).await.unwrap();
        let pending = events.pending("t", 10).await.unwrap();
        assert_eq!(ids(&pending), ["a", "b", "c"]);
        assert_eq!(pending[0].occurred_at, Timestamp::from_millis(3));
        assert_eq!(ids(&events.pending("t", 1).await.unwrap()), ["a"]);
        assert_eq!(events.waiting_tenants(10).await.unwrap(), ["other", "t"]);
    }

    #[tokio::test]
    async fn an_event_is_sent_until_the_erp_has_it_or_it_is_given_up() {
        let events = events();
        let price = Some(Money { minor: 500, currency: Currency::INR });
        let priced = NewErpEvent { unit_price: price, quantity: 3, ..event("a", "t", 1) };
        events.raise(&[priced, event("b", "t", 2), event("c", "t", 3)]).await.unwrap();
        let [a, b, _] = &*events.pending("t", 10).await.unwrap() else { panic!() };
        events.set_failed(a, EventStatus::Pending, "down").await.unwrap();
        events.set_synced(a, Timestamp::from_millis(9)).await.unwrap();
        events.set_failed(b, EventStatus::Dead, "refused").await.unwrap();
        // What was settled stays settled.
        events.set_failed(a, EventStatus::Dead, "late").await.unwrap();
        assert_eq!(ids(&events.pending("t", 10).await.unwrap()), ["c"]);
        let filter = EventFilter { tenant: Some("t"), from: Timestamp::from_millis(1), to: Timestamp::from_millis(3) };
        let listed = events.list(filter, 10).await.unwrap();
        assert_eq!(ids(&listed), ["a", "b"]);
        assert_eq!((listed[0].status, listed[0].attempts, listed[0].unit_price()), (EventStatus::Synced, 2, price));
        assert_eq!((listed[1].status, listed[1].error.as_deref()), (EventStatus::Dead, Some("refused")));
        assert_eq!(events.remove(Timestamp::from_millis(9), 10).await, Ok(2));
        assert_eq!(events.count_by_status().await.unwrap(), [("pending".to_owned(), 1)]);
    }

    #[tokio::test]
    async fn many_who_raise_at_once_keep_their_own_order() {
        let events = events();
        let raise = |batch: usize| {
            let events = events.clone();
            async move {
                for number in 0..5 {
                    events.raise(&[event(&format!("{batch}.{number}"), "t", 1)]).await.unwrap();
                }
            }
        };
        futures::future::join_all((0..10).map(raise)).await;
        let pending = events.pending("t", 100).await.unwrap();
        for batch in 0..10 {
            let own: Vec<_> = ids(&pending).into_iter().filter(|id| id.starts_with(&format!("{batch}."))).collect();
            assert_eq!(own, (0..5).map(|number| format!("{batch}.{number}")).collect::<Vec<_>>());
        }
    }
}
