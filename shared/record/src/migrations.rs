//! The migrations, oldest first. One text serves SQLite and PostgreSQL; each statement may run again without harm.

/// A change of the tables.
pub(crate) struct Migration {
    version: i64,
    statements: &'static str,
}

pub(crate) const ALL: &[Migration] = &[
    Migration { version: 1, statements: include_str!("../migrations/0001_api_keys.sql") },
    Migration { version: 2, statements: include_str!("../migrations/0002_organization_names.sql") },
    Migration { version: 3, statements: include_str!("../migrations/0003_rules.sql") },
    Migration { version: 4, statements: include_str!("../migrations/0004_tenants.sql") },
    Migration { version: 5, statements: include_str!("../migrations/0005_webhooks.sql") },
    Migration { version: 6, statements: include_str!("../migrations/0006_tenant_members.sql") },
    Migration { version: 7, statements: include_str!("../migrations/0007_checkouts.sql") },
    Migration { version: 8, statements: include_str!("../migrations/0008_approvals_and_budgets.sql") },
    Migration { version: 9, statements: include_str!("../migrations/0009_erp_sync.sql") },
    Migration { version: 10, statements: include_str!("../migrations/0010_refunds.sql") },
];

/// The version of the newest.
pub(crate) const LATEST: i64 = 10;

const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY)";

/// One statement, hence one transaction, that does nothing where the migration was applied already. The lock makes
/// those who come together wait for the first.
pub(crate) fn for_postgres(migration: &Migration) -> String {
    let Migration { version, statements } = migration;
    format!(
        "DO $migration$ BEGIN
            PERFORM pg_advisory_xact_lock(8006);
            {VERSIONS};
            IF NOT EXISTS (SELECT 1 FROM schema_migrations WHERE version = {version}) THEN
                {statements}
                INSERT INTO schema_migrations (version) VALUES ({version});
            END IF;
        END $migration$"
    )
}

/// The migration's statements one by one, each of which may run again.
pub(crate) fn for_sqlite(migration: &Migration) -> Vec<String> {
    let Migration { version, statements } = migration;
    let applied = format!("INSERT INTO schema_migrations (version) VALUES ({version}) ON CONFLICT DO NOTHING");
    // A comment may end its line with a semicolon too.
    let code: Vec<&str> = statements.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    let code = code.join("\n");
    let statements = code.split(";\n").map(str::trim).filter(|statement| !statement.is_empty());
    [VERSIONS].into_iter().chain(statements).map(ToOwned::to_owned).chain([applied]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_up_and_latest_is_the_last() {
        let versions: Vec<i64> = ALL.iter().map(|migration| migration.version).collect();
        assert_eq!(versions, (1..=LATEST).collect::<Vec<_>>());
    }

    #[test]
    fn every_statement_may_run_again() {
        for statement in ALL.iter().flat_map(for_sqlite) {
            let body: String = statement.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
            assert!(body.contains("IF NOT EXISTS") || body.contains("ON CONFLICT"), "{body}");
        }
    }
}
