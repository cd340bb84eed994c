//! Each table belongs to one crate, and no other crate's SQL names it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::root;

/// The tables and the crates that own them.
const OWNERS: &[(&str, &[&str])] = &[
    ("platform/database", &["sequences"]),
    ("platform/idempotency", &["idempotent_requests"]),
    ("platform/jobs", &["jobs"]),
    (
        "platform/notifications",
        &["notification_mappings", "notification_preferences", "notification_rates", "notifications"],
    ),
    ("identity/access", &["api_keys"]),
    ("identity/audit", &["tenant_deeds"]),
    ("entitlement/applications", &["application_plans", "applications"]),
    ("entitlement/erp-events", &["erp_events"]),
    ("entitlement/scim", &["scim_users"]),
    ("entitlement/seats", &["organization_aliases", "organization_names", "seat_activity", "seat_feed", "seat_fences"]),
    ("entitlement/subscriptions", &["subscription_movements"]),
    (
        "entitlement/tenants",
        &["subscription_overrides", "tenant_external_ids", "tenant_memberships", "tenant_people", "tenants"],
    ),
    ("rules/rulebook", &["rule_activations", "rule_decisions", "rule_versions"]),
    ("spending/approvals", &["approval_delegations", "approval_requests", "approval_roles", "approval_rules"]),
    ("spending/budgets", &["budget_alerts", "budget_ledger", "budgets", "payment_refunds"]),
    ("payments/webhooks", &["webhook_endpoints", "webhook_events"]),
    ("payments/checkout", &["checkout_holds", "checkouts", "crm_contacts"]),
    ("engagement/invoices", &["invoice_numbers", "invoices"]),
    ("engagement/campaigns", &["campaign_enrolments", "campaign_sends", "campaign_versions", "campaigns"]),
    (
        "engagement/contacts",
        &[
            "contact_erasures",
            "contact_events",
            "contact_import_chunks",
            "contact_import_errors",
            "contact_imports",
            "contact_suppressions",
            "contacts",
        ],
    ),
    ("engagement/orders", &["order_shops", "orders"]),
    (
        "billing/allocations",
        &[
            "allocation_feeds",
            "allocation_lines",
            "allocation_sources",
            "department_allocations",
            "department_trees",
            "departments",
            "gl_mappings",
        ],
    ),
    ("billing/contracts", &["contract_numbers", "contracts"]),
    ("analytics/custom-reports", &["custom_reports"]),
    ("analytics/mrr", &["mrr_batches", "mrr_customers", "mrr_rollups"]),
    (
        "payments/payment-history",
        &["payment_names", "payment_report_position", "payment_reports", "payment_reports_awaited"],
    ),
    ("engagement/otp", &["otp_codes", "otp_sends"]),
    ("enterprise/provisioning", &["email_accounts", "provisioned_organizations"]),
    ("enterprise/erp-sync", &["erp_records", "erp_sync_deferred", "erp_sync_errors", "erp_sync_runs"]),
    (
        "billing/entities",
        &["entities", "entity_charges", "entity_invoice_lines", "entity_subscriptions", "entity_trees"],
    ),
    ("billing/disputes", &["dispute_comments", "disputes", "refund_accounts"]),
    ("integrations/connections", &["integration_consents", "integrations"]),
    ("integrations/ledger-sync", &["ledger_documents", "ledger_logs", "ledger_positions", "ledger_runs"]),
    ("operations/stats", &["stats_snapshots"]),
];

/// Where one statement must read what two crates own, or the owner is a crate that may not be used: the crate, the tables,
/// and why.
const SHARED: &[(&str, &[&str], &str)] = &[
    (
        "platform/database",
        &[
            "api_keys",
            "checkouts",
            "idempotent_requests",
            "notifications",
            "rule_decisions",
            "tenants",
            "webhook_events",
        ],
        "the newest and the oldest row of all tables tell whether a clock is wrong",
    ),
    (
        "identity/access",
        &["tenant_memberships", "tenant_people", "tenants"],
        "a credential and the membership behind it are read at once, on every request that is not cached",
    ),
    (
        "entitlement/seats",
        &["tenant_external_ids", "tenants"],
        "seats are below tenants; an external id and the tenant's subscription are read at once",
    ),
    (
        "entitlement/applications",
        &["organization_names", "subscription_movements", "tenant_external_ids"],
        "which of the ERP's organizations have no subscription is found in one statement",
    ),
    (
        "entitlement/subscriptions",
        &["applications", "tenant_external_ids", "tenants"],
        "a seat check reads where the seats live, whose an external id is, and the seat, in one statement",
    ),
    (
        "entitlement/tenants",
        &["api_keys", "rule_decisions", "webhook_events"],
        "who made a key, and how much a tenant uses: one statement each",
    ),
    ("spending/approvals", &["api_keys", "tenant_memberships"], "who may vote is found in one statement a vote"),
    ("payments/webhooks", &["checkouts"], "the order that an event names binds it; checkouts stand upon webhooks"),
    ("enterprise/erp-sync", &["tenant_people"], "a page of employees is matched with people in one statement"),
];

/// The words that come before a table's name.
const BEFORE: &[&str] = &["FROM", "INTO", "JOIN", "UPDATE"];

/// Whether `path` is compiled into the edge: tests and stand-ins may look anywhere.
fn is_shipped(path: &Path) -> bool {
    let test = |part: &str| ["tests", "testing", "tests.rs", "testing.rs"].contains(&part);
    path.extension().is_some_and(|it| it == "rs") && !path.iter().filter_map(|part| part.to_str()).any(test)
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, visit) } else { visit(&path) }
    }
}

/// The tables that each crate's SQL names.
fn named() -> BTreeMap<String, BTreeSet<&'static str>> {
    let tables: Vec<&str> = OWNERS.iter().flat_map(|(_, tables)| *tables).copied().collect();
    let mut named: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let shared = root().join("shared");
    walk(&shared, &mut |path| {
        let of_crate = path.strip_prefix(&shared).unwrap();
        if !is_shipped(of_crate) {
            return;
        }
        let name: Vec<&str> = of_crate.iter().take(2).map(|part| part.to_str().unwrap()).collect();
        let source = fs::read_to_string(path).unwrap();
        let shipped = source.split("#[cfg(test)]\nmod ").next().unwrap();
        let code = shipped.lines().filter(|line| !line.trim_start().starts_with("//"));
        let words = code.flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric() && letter != '_'));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        for four in words.windows(4) {
            // `record! { Type in "table" … }`
            let is_sql = BEFORE.contains(&four[2]) || (four[0] == "record" && four[2] == "in");
            if let Some(table) = tables.iter().find(|table| is_sql && **table == four[3]) {
                named.entry(name.join("/")).or_default().insert(table);
            }
        }
    });
    named
}

#[test]
fn every_table_has_an_owner() {
    let mut known: Vec<&str> = OWNERS.iter().flat_map(|(_, tables)| *tables).copied().collect();
    known.sort_unstable();
    let mut made = BTreeSet::new();
    walk(&root().join("shared/platform/database/migrations"), &mut |path| {
        for line in fs::read_to_string(path).unwrap().lines() {
            let table = line.strip_prefix("CREATE TABLE IF NOT EXISTS ").and_then(|rest| rest.split([' ', '(']).next());
            made.extend(table.map(str::to_owned));
        }
    });
    assert_eq!(known, made.into_iter().collect::<Vec<_>>());
}

#[test]
fn no_crate_names_another_crates_table() {
    let mut seen = BTreeSet::new();
    for (name, tables) in named() {
        let own = OWNERS.iter().find(|(owner, _)| *owner == name).map_or(&[][..], |(_, tables)| tables);
        for table in tables.iter().filter(|table| !own.contains(table)) {
            assert!(
                SHARED.iter().any(|(other, tables, _)| *other == name && tables.contains(table)),
                "{name} names the table {table}, which belongs to another crate"
            );
            seen.insert((name.clone(), *table));
        }
    }
    let expected = SHARED.iter().flat_map(|(name, tables, _)| tables.iter().map(|table| ((*name).to_owned(), *table)));
    assert_eq!(seen, expected.collect(), "SHARED lists what is no longer needed");
}
