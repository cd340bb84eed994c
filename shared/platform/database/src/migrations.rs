//! The list of migrations, oldest first. One text serves SQLite and PostgreSQL.

/// A change of the tables. Each is applied once to a database, in the order of the list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration {
    /// The file's name, which begins with the version.
    pub(crate) name: &'static str,
    /// The SQL, with a semicolon at the end of each statement's last line.
    pub(crate) statements: &'static str,
    /// The minimum version that a build must know to work with the tables after this migration. 0: every build can, because
    /// the migration only adds.
    pub(crate) min_build: i64,
}

/// A migration that only adds: builds that do not know it keep working beside it.
macro_rules! expand {
    ($name:literal) => {
        Migration { name: $name, statements: include_str!(concat!("../migrations/", $name, ".sql")), min_build: 0 }
    };
}

/// All migrations; the version of each is its position in the list, from 1. Add new ones at the end. A static: of a
/// constant, a program has a copy for each crate that uses it.
///
/// A migration that removes what an older build uses is written `Migration { min_build: N, ..expand!("0042_name") }`, where
/// N is the version that the oldest build which no longer uses it knows. Builds that know less then refuse the database.
pub(crate) static ALL: &[Migration] = &[
    expand!("0001_api_keys"),
    expand!("0002_organization_names"),
    expand!("0003_rules"),
    expand!("0004_tenants"),
    expand!("0005_webhooks"),
    expand!("0006_tenant_members"),
    expand!("0007_checkouts"),
    expand!("0008_approvals_and_budgets"),
    expand!("0009_erp_sync"),
    expand!("0010_refunds"),
    expand!("0011_checkout_holds"),
    expand!("0012_key_roots"),
    expand!("0013_erp_sync_deferred"),
    expand!("0014_tenants_by_subscription"),
    expand!("0015_seat_fences"),
    expand!("0016_tenant_indices"),
    expand!("0017_due_indices"),
    expand!("0018_subscription_movements"),
    expand!("0019_applications"),
    expand!("0020_organizations"),
    expand!("0021_jobs"),
    expand!("0022_erp_events"),
    expand!("0023_provisioning"),
    expand!("0024_scim_users"),
    expand!("0025_mrr"),
    expand!("0026_seats_of_user"),
    expand!("0027_payment_reports"),
    expand!("0028_seat_activity"),
    expand!("0029_seat_changes"),
    expand!("0030_invoices"),
    expand!("0031_stats_snapshots"),
    expand!("0032_key_last_use"),
    expand!("0033_notifications"),
    expand!("0034_otp"),
    expand!("0035_messages_sent_once"),
    expand!("0036_contacts"),
    expand!("0037_renewals"),
    expand!("0038_message_limits"),
    expand!("0039_orders"),
    expand!("0040_untold_changes"),
    expand!("0041_order_shops"),
    expand!("0042_campaigns"),
    expand!("0043_entities"),
    expand!("0044_erasures_and_ends"),
    expand!("0045_allocations"),
    expand!("0046_charges_in_order"),
    expand!("0047_contracts"),
    expand!("0048_disputes"),
    expand!("0049_invoice_refunds"),
    expand!("0050_untold_allocations"),
    expand!("0051_payment_names"),
    expand!("0052_integrations"),
    expand!("0053_ledger_documents"),
    expand!("0054_ledger_runs"),
    expand!("0055_custom_reports"),
    expand!("0056_figures"),
];

/// The migrations of `list` with their versions.
pub(crate) fn numbered(list: &[Migration]) -> impl Iterator<Item = (i64, &Migration)> {
    (1..).zip(list)
}

/// The version of the newest migration of `list`.
pub(crate) fn latest(list: &[Migration]) -> i64 {
    numbered(list).last().map_or(0, |(version, _)| version)
}

impl Migration {
    /// The statements one by one, without comments.
    pub(crate) fn each(&self) -> Vec<String> {
        // A comment may end with a semicolon too.
        let code = self.statements.lines().filter(|line| !line.trim_start().starts_with("--"));
        let code = code.collect::<Vec<_>>().join("\n");
        let statements = code.trim_end().trim_end_matches(';').split(";\n").map(str::trim);
        statements.filter(|statement| !statement.is_empty()).map(ToOwned::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::Database as _;
    use edge_capabilities::testing::MemoryDatabase;

    use super::*;

    #[test]
    fn a_migrations_name_begins_with_its_version() {
        for (version, migration) in numbered(ALL) {
            assert!(migration.name.starts_with(&format!("{version:04}_")), "{} is at place {version}", migration.name);
            assert!(migration.min_build <= version, "{} wants a build that is newer than itself", migration.name);
        }
    }

    /// As the crates list what is one tenant's: newest first, a page at a time.
    #[tokio::test]
    async fn lists_of_one_tenant_read_an_index_by_tenant() {
        let database = MemoryDatabase::new();
        crate::runner::migrate(&database, ALL).await.unwrap();
        for (table, time, id, kind) in [
            ("allocation_lines", "posted_at", "id", ""),
            ("api_keys", "created_at", "id", ""),
            ("approval_delegations", "created_at", "id", ""),
            ("approval_requests", "created_at", "id", ""),
            ("approval_rules", "created_at", "id", ""),
            ("budgets", "created_at", "id", ""),
            ("checkout_holds", "created_at", "checkout_id", ""),
            ("checkouts", "created_at", "id", ""),
            ("contact_suppressions", "created_at", "id", ""),
            ("contacts", "created_at", "id", ""),
            ("department_allocations", "created_at", "id", "AND department_id = 'dep'"),
            ("departments", "created_at", "id", ""),
            ("erp_sync_runs", "started_at", "id", "AND kind = 'employees'"),
            ("gl_mappings", "created_at", "id", ""),
            ("invoices", "created_at", "id", "AND state = 'open'"),
            ("jobs", "created_at", "id", ""),
            ("notifications", "created_at", "id", ""),
            ("orders", "created_at", "id", "AND is_known = 1"),
            ("payment_refunds", "at", "refund", ""),
            ("rule_decisions", "decided_at", "id", "AND rule = 'budget'"),
            ("tenant_deeds", "at", "id", ""),
            ("webhook_events", "received_at", "id", ""),
        ] {
            let list = format!(
                "EXPLAIN QUERY PLAN SELECT * FROM {table}
                 WHERE ({time} < $1 OR ({time} = $1 AND {id} < $2)) AND tenant_id = $3 {kind} ORDER BY {time} DESC LIMIT 4"
            );
            let plan = database.query(&list, &[0.into(), "".into(), "t".into()]).await.unwrap();
            let plan: Vec<&str> = plan.iter().map(|row| row.text(3).unwrap()).collect();
            assert!(plan.len() == 1 && plan[0].contains("(tenant_id=?"), "{table}: {plan:?}");
        }
    }

    /// As the drain of webhooks claims them.
    #[tokio::test]
    async fn what_is_due_is_claimed_by_an_index_of_what_is_open() {
        let database = MemoryDatabase::new();
        crate::runner::migrate(&database, ALL).await.unwrap();
        let settled = "('processed', 'ignored', 'dead', 'quarantined')";
        let events = format!("due_at <= $1 AND leased_until <= $1 AND status NOT IN {settled}");
        for (table, due) in [("webhook_events", events.as_str()), ("notifications", "due_at <= $1")] {
            let claim = format!(
                "EXPLAIN QUERY PLAN UPDATE {table} SET attempts = attempts + 1
                 WHERE {due} AND id IN (SELECT id FROM {table} WHERE {due} ORDER BY due_at LIMIT 50) RETURNING id"
            );
            let plan = database.query(&claim, &[0.into()]).await.unwrap();
            let plan: Vec<&str> = plan.iter().map(|row| row.text(3).unwrap()).collect();
            let index = format!("SEARCH {table} USING INDEX {table}_open (due_at<?)");
            assert!(plan.contains(&index.as_str()), "{table}: {plan:?}");
            assert!(!plan.iter().any(|step| step.contains("SCAN") || step.contains("ORDER BY")), "{table}: {plan:?}");
        }
    }

    #[test]
    fn statements_end_at_a_semicolon_that_ends_a_line_outside_of_comments() {
        let statements =
            "-- A comment;\nCREATE TABLE IF NOT EXISTS a (\n    b TEXT -- c\n);\n\nUPDATE a SET b = 'x;y';\n";
        let migration = Migration { name: "", statements, min_build: 0 };
        assert_eq!(migration.each(), ["CREATE TABLE IF NOT EXISTS a (\n    b TEXT -- c\n)", "UPDATE a SET b = 'x;y'"]);
    }
}
