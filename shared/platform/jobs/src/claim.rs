//! The statement that claims jobs: a batch in one statement, fair between tenants.
//!
//! It walks from tenant to tenant along the index `jobs_due`, takes the first due jobs of each, and of those the first of
//! all tenants, then the second of all, and so on. What a tenant has waiting beyond its share is not read.

use edge_database::{Dialect, columns};

use crate::job::Job;

/// The statement for jobs of `kinds` kinds. Its parameters: the lease, when the lease ends, now, how many jobs at most,
/// how many of one tenant and kind at most, the kinds.
pub(crate) fn statement(dialect: Dialect, kinds: usize) -> String {
    let listed = (6..kinds.saturating_add(6)).map(|place| format!("(CAST(${place} AS TEXT))")).collect::<Vec<_>>();
    let listed = listed.join(", ");
    let first = "FROM jobs d WHERE d.kind = lanes.kind AND d.tenant_id = lanes.tenant AND d.due_at <= $3
                ORDER BY d.due_at, d.id LIMIT $5";
    let due = match dialect {
        Dialect::Sqlite => format!("jobs j WHERE j.id IN (SELECT d.id {first})"),
        // Another worker that claims at the same time skips what this one has locked, in place of waiting for it.
        Dialect::Postgres => {
            format!("LATERAL (SELECT d.id, d.tenant_id, d.due_at {first} FOR UPDATE SKIP LOCKED) j")
        }
    };
    let own: Vec<String> = columns::<Job>().split(", ").map(|column| format!("jobs.{column}")).collect();
    let own = own.join(", ");
    format!(
        "WITH RECURSIVE kinds (kind) AS (VALUES {listed}),
        lanes (kind, tenant) AS (
            SELECT kind, (SELECT MIN(j.tenant_id) FROM jobs j WHERE j.kind = kinds.kind AND j.due_at IS NOT NULL)
            FROM kinds
            UNION ALL
            SELECT kind, (SELECT MIN(j.tenant_id) FROM jobs j
                WHERE j.kind = lanes.kind AND j.tenant_id > lanes.tenant AND j.due_at IS NOT NULL)
            FROM lanes WHERE tenant IS NOT NULL
        ),
        due AS (
            SELECT j.id, j.due_at, ROW_NUMBER() OVER (PARTITION BY j.tenant_id ORDER BY j.due_at, j.id) AS turn
            FROM lanes CROSS JOIN {due}
        ),
        chosen AS MATERIALIZED (SELECT id FROM due ORDER BY turn, due_at, id LIMIT $4)
        UPDATE jobs SET lease = $1, due_at = $2, attempts = attempts + 1, again_at = NULL
        FROM chosen WHERE jobs.id = chosen.id AND jobs.due_at <= $3 RETURNING {own}"
    )
}
