//! The subscriptions of all organizations, as the movements in the database say.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Cursor;

use super::batch::Account;
use super::store::{Movements, read_terms};
use crate::subscription::{Status, Terms};

/// A subscription as its last terms say, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSubscription {
    /// The organization and the application.
    pub account: Account,
    /// Its id.
    pub id: String,
    /// Its terms.
    pub terms: Terms,
    /// The number of the movement with the terms.
    pub version: i64,
    /// The seats that are assigned.
    pub assigned: i64,
    /// The invitations that nobody accepted, those included that expired and are not noted as such.
    pub pending: i64,
    /// Whether it is the last subscription of its account.
    pub is_last: bool,
}

impl StoredSubscription {
    /// The subscription at `now`: what is due by itself has happened, and what another checkout replaced is expired.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.terms.advance(now);
        if self.terms.ended_at.is_some() {
            (self.assigned, self.pending) = (0, 0);
        }
        if !self.is_last && self.terms.status == Status::Incomplete {
            self.terms.status = Status::Expired;
        }
        self
    }
}

impl Movements {
    /// The subscription `id`.
    pub(crate) async fn subscription(&self, id: &str) -> Result<Option<StoredSubscription>, DatabaseError> {
        let found = self.stored("c.subscription_id = $1", "LIMIT 1", &[id.into()]).await?;
        Ok(found.into_iter().next())
    }

    /// Up to `limit` subscriptions, newest first, from after `cursor`.
    pub(crate) async fn subscriptions(
        &self,
        organization: Option<&str>,
        application: Option<&str>,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<StoredSubscription>, DatabaseError> {
        let (mut values, mut conditions): (Vec<Value>, _) = (Vec::new(), vec!["c.recorded_at IS NOT NULL".to_owned()]);
        for (column, wanted) in [("organization_id", organization), ("application", application)] {
            if let Some(wanted) = wanted {
                values.push(wanted.into());
                conditions.push(format!("c.{column} = ${}", values.len()));
            }
        }
        if let Some(cursor) = cursor {
            values.extend([cursor.at.into(), cursor.id.into()]);
            let (at, id) = (values.len().saturating_sub(1), values.len());
            conditions
                .push(format!("(c.recorded_at < ${at} OR (c.recorded_at = ${at} AND c.subscription_id < ${id}))"));
        }
        values.push(i64::from(limit).into());
        let order = format!("ORDER BY c.recorded_at DESC, c.subscription_id DESC LIMIT ${}", values.len());
        self.stored(&conditions.join(" AND "), &order, &values).await
    }

    /// The terms of the subscription `id`, oldest first: the number of each movement that changed them, when it took effect,
    /// and the terms from then on.
    pub async fn terms_of(&self, id: &str) -> Result<Vec<(i64, Timestamp, Terms)>, DatabaseError> {
        let statement = "SELECT number, effective_at, terms FROM subscription_movements
            WHERE subscription_id = $1 AND terms IS NOT NULL ORDER BY number";
        let read = |row: &Row| Ok((row.integer(0)?, Timestamp::from_millis(row.integer(1)?), read_terms(row, 2)?));
        self.db().query(statement, &[id.into()]).await?.iter().map(read).collect()
    }

    /// The subscriptions whose first movements meet `condition`, each as its last terms say.
    async fn stored(
        &self,
        condition: &str,
        order: &str,
        values: &[Value],
    ) -> Result<Vec<StoredSubscription>, DatabaseError> {
        let statement = format!(
            "SELECT m.organization_id, m.application, m.subscription_id, m.number, m.terms,
                (SELECT h.subscription_id FROM subscription_movements h WHERE h.organization_id = m.organization_id
                    AND h.application = m.application ORDER BY h.number DESC LIMIT 1),
                l.assigned_after, l.pending
             FROM subscription_movements c
             JOIN subscription_movements l ON l.subscription_id = c.subscription_id AND l.number =
                (SELECT MAX(n.number) FROM subscription_movements n WHERE n.subscription_id = c.subscription_id)
             JOIN subscription_movements m ON m.subscription_id = c.subscription_id AND m.number = l.terms_number
             WHERE c.kind = 'created' AND {condition} {order}"
        );
        let read = |row: &Row| {
            let id = row.text(2)?.to_owned();
            Ok(StoredSubscription {
                account: Account { organization: row.text(0)?.to_owned(), application: row.text(1)?.to_owned() },
                version: row.integer(3)?,
                terms: read_terms(row, 4)?,
                is_last: row.text(5)? == id,
                assigned: row.integer(6)?,
                pending: row.integer(7)?,
                id,
            })
        };
        self.db().query(&statement, values).await?.iter().map(read).collect()
    }

    /// The gateway's customer of the last subscription of `organization` that has one.
    pub(crate) async fn customer(&self, organization: &str, gateway: &str) -> Result<Option<String>, DatabaseError> {
        let statement = "SELECT m.terms FROM subscription_movements m
            WHERE m.organization_id = $1 AND m.terms IS NOT NULL ORDER BY m.recorded_at DESC LIMIT 50";
        for row in self.db().query(statement, &[organization.into()]).await? {
            let terms = read_terms(&row, 0)?;
            if terms.gateway.as_str() == gateway && terms.customer.is_some() {
                return Ok(terms.customer);
            }
        }
        Ok(None)
    }

    /// The subscription that a gateway knows by `reference`.
    pub async fn by_reference(&self, reference: &str) -> Result<Option<String>, DatabaseError> {
        let statement = "SELECT subscription_id FROM subscription_movements WHERE reference = $1
            ORDER BY recorded_at DESC LIMIT 1";
        let rows = self.db().query(statement, &[reference.into()]).await?;
        rows.first().map(|row| row.text(0).map(ToOwned::to_owned)).transpose()
    }
}
