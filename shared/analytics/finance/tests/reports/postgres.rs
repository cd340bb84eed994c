//! The figures on PostgreSQL; where no server is installed there is nothing to test.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use edge_capabilities::Database as _;
use edge_tenants::testing::ACME;
use serde_json::json;

use super::fixture::{Test, test_on};
use super::{history, server};

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_are_reckoned_on_postgresql_too() {
    let Some(server) = server::start().await else { return };
    let test = test_on(Arc::new(server.new_database("figures").await)).await;
    history::check(&test, 7).await;
}

/// How many documents there are of each hundred.
const INVOICES: i64 = 50;
const CHARGES: i64 = 35;
const PAYMENTS: i64 = 10;
const DISPUTES: i64 = 4;
const CONTRACTS: i64 = 1;

const DAY: i64 = 86_400_000;

/// A day as a text, and its number from 1970 on, of `i`, over three years until the end of 2025.
const DAY_OF: &str = "(DATE '2023-01-01' + CAST((i * 7919) % 1096 AS INT))";

/// Fills the tenant with so many documents of three years, in three currencies.
async fn fill(test: &Test, database: &server::Postgres, count: i64) {
    let hundreds = count / 100;
    let group = test.entity(json!({"name": "Group", "currency": "EUR"})).await;
    let contract = test
        .contract(json!({"entity_id": group, "counterparty": "Clinics", "title": "Seats", "start": "2025-03-01",
            "end": "2026-03-01", "currency": "EUR",
            "lines": [{"kind": "recurring", "description": "Seats", "quantity": 1, "unit_price": 9, "cycle": "monthly"}],
            "renewal": {"mode": "auto", "term_months": 12, "notice_days": 30}}))
        .await;
    let mut departments = Vec::new();
    for code in 0..8 {
        let new = json!({"entity_id": group, "name": format!("D{code}"), "code": code.to_string()});
        let made = test.call(&test.allocations, "POST", "/api/v1/enterprise-billing/departments", new).await;
        departments.push(made["id"].as_str().unwrap().to_owned());
    }
    let currency = "(ARRAY['EUR', 'USD', 'JPY'])[1 + i % 3]";
    let millis = format!("CAST(EXTRACT(EPOCH FROM {DAY_OF}) * 1000 AS BIGINT)");
    let mut departments_sql = String::from("ARRAY[NULL");
    for department in &departments {
        let _ = write!(departments_sql, ", '{department}'");
    }
    departments_sql.push(']');
    // Paid within 40 days, but for one in 33; paid twice one in 50.
    let paid_at = format!("{millis} + (i * 31 % 40) * {DAY} + 43200000");
    let is_paid = format!("(i % 33 <> 0 AND {paid_at} < 1767225600000)");
    let invoices = format!(
        "INSERT INTO invoices (id, tenant_id, series, number_year, number, customer, currency, items, amount, tax, total,
            amount_paid, state, issue_date, due_date, provider, account, payments, first_paid_at, last_paid_at, paid_by_gateways,
            overpaid, reminders, created_at, updated_at, finalized_at, announced_at, paid_at, revision)
         SELECT 'inv_b' || i, '{ACME}', 'INV', 2023, i, '{{\"name\":\"Zoë\",\"email\":\"z@x.example\"}}', {currency},
            '[{{\"description\":\"{}\",\"quantity\":\"1\",\"unit_price\":1000,\"tax_rate\":\"18\"}}]', total, 0, total,
            CASE WHEN {is_paid} THEN total * (1 + CAST(i % 50 = 0 AS INT)) ELSE 0 END,
            CASE WHEN {is_paid} THEN 'paid' ELSE 'open' END,
            to_char({DAY_OF}, 'YYYY-MM-DD'), to_char({DAY_OF} + 30, 'YYYY-MM-DD'), '', '',
            CASE WHEN {is_paid} THEN '[{{\"id\":\"pay_' || i || '\",\"amount\":' || total * (1 + CAST(i % 50 = 0 AS INT)) ||
                ',\"reference\":\"r' || i || '\",\"method\":null,\"paid_at\":' || {paid_at} || ',\"created_at\":' || {paid_at} ||
                ',\"actor\":\"key:1\"}}]' ELSE '[]' END,
            CASE WHEN {is_paid} THEN {paid_at} END, CASE WHEN {is_paid} THEN {paid_at} END, 0,
            CASE WHEN {is_paid} AND i % 50 = 0 THEN total END,
            '[]', {millis}, CASE WHEN {is_paid} THEN {paid_at} ELSE {millis} END, {millis}, {millis},
            CASE WHEN {is_paid} THEN {paid_at} END, 3
         FROM (SELECT i, 1000 + i * 37 % 90000 AS total FROM generate_series(1::BIGINT, {}::BIGINT) AS i) AS numbers",
        "Seats of the plan that everybody has ".repeat(8),
        hundreds * INVOICES
    );
    let days = format!("CAST({DAY_OF} - DATE '1970-01-01' AS BIGINT)");
    let charges = format!(
        "INSERT INTO entity_charges (id, tenant_id, entity_id, description, amount, currency, date, terms_days, service_from,
            service_to, source_kind, source_id, created_at, untold)
         SELECT 'chg_b' || i, '{ACME}', '{group}', 'Seats, a month', 1000 + i * 37 % 90000, {currency},
            to_char({DAY_OF}, 'YYYY-MM-DD'), 30, {days}, {days} + 30 + 335 * (i % 4), 'contract', 'ctr:' || i, {millis}, '[]'
         FROM generate_series(1::BIGINT, {}::BIGINT) AS i",
        hundreds * CHARGES
    );
    let lines = format!(
        "INSERT INTO allocation_lines (id, tenant_id, document, step, number, action, source, kind, entity_id, department_id,
            cost_center, gl_code, plan_id, amount, currency, date, posted_at)
         SELECT 'aln_b' || i, '{ACME}', 'charge:chg_b' || i / 2, 0, i % 2, 'post', 'amount:' || i / 2,
            (ARRAY['revenue', 'tax'])[1 + i % 2], '{group}', ({departments_sql})[1 + i % 9], 'CC-' || i % 5, '40' || i % 7,
            NULL, 500 + i * 37 % 9000, {currency}, to_char({DAY_OF}, 'YYYY-MM-DD'), {millis}
         FROM generate_series(2::BIGINT, {}::BIGINT) AS i",
        hundreds * 100
    );
    let payments = format!(
        "INSERT INTO payment_reports (id, provider, kind, organization_id, application, payment, currency, amount, reason, at,
            recorded_at)
         SELECT 'bheempay:' || i, 'bheempay', CASE WHEN i % 40 = 0 THEN 'refunded' ELSE 'paid' END, '{ACME}', 'healos',
            'pay_' || i, {currency}, 1000 + i * 37 % 90000, '', {millis}, {millis}
         FROM generate_series(1::BIGINT, {}::BIGINT) AS i",
        hundreds * PAYMENTS
    );
    let disputes = format!(
        "INSERT INTO disputes (id, tenant_id, number, entity_id, subject_kind, subject_id, payment, amount, currency, reason,
            status, evidence, attempts, opened_by, created_at, updated_at, closed_at, tasks, revision)
         SELECT 'dsp_b' || i, '{ACME}', i, '{group}', 'payment', 'pay_' || i, 'pay_' || i, 1000, {currency}, 'other',
            CASE WHEN i % 20 = 0 THEN 'open' ELSE 'rejected' END, '[]', 0, 'key:1', {millis}, {millis},
            CASE WHEN i % 20 = 0 THEN NULL ELSE {millis} + 9 * {DAY} END, '[]', 1
         FROM generate_series(1::BIGINT, {}::BIGINT) AS i",
        hundreds * DISPUTES
    );
    let contracts = format!(
        "INSERT INTO contracts (id, tenant_id, number, entity_id, status, currency, starts_on, ends_on, contract, due_at,
            created_at, updated_at, revision)
         SELECT 'ctr_b' || i, tenant_id, 1000 + i, entity_id, status, currency, starts_on, ends_on,
            replace(contract, '{contract}', 'ctr_b' || i), NULL, created_at, updated_at, revision
         FROM contracts, generate_series(1::BIGINT, {}::BIGINT) AS i WHERE id = '{contract}'",
        hundreds * CONTRACTS
    );
    for statement in [invoices, charges, lines, payments, disputes, contracts, "ANALYZE".to_owned()] {
        database.query(&statement, &[]).await.unwrap();
    }
}

/// bench/finance.sh runs it.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes minutes"]
async fn the_dashboard_of_a_hundred_thousand_documents_is_there_within_500_ms() {
    let server = server::start().await.expect("PostgreSQL is installed");
    let count = std::env::var("DOCUMENTS").map_or(100_000, |count| count.parse().unwrap());
    let database = Arc::new(server.new_database("figures").await);
    let test = test_on(database.clone()).await;
    let started = Instant::now();
    fill(&test, &database, count).await;
    println!("{count} documents and as many lines were written in {:?}", started.elapsed());
    let mut slowest_of_all = Duration::ZERO;
    for (report, what) in [
        ("cfo-dashboard?as_of=2025-12-31", "the dashboard of a month"),
        ("cfo-dashboard?from=2025-01-01&to=2026-01-01", "the dashboard of a year"),
        ("cost-analysis?from=2025-01-01&to=2026-01-01", "the cost analysis of a year"),
        ("contracts?as_of=2025-12-31", "the contracts"),
    ] {
        let mut times: Vec<Duration> = Vec::new();
        for _ in 0..20 {
            let started = Instant::now();
            let answer = test.report(report).await;
            times.push(started.elapsed());
            assert!(answer["currencies"].as_array().or(answer["rows"].as_array()).is_some_and(|rows| !rows.is_empty()));
        }
        times.sort();
        println!("{what}: median {:?}, slowest of {} {:?}", times[10], times.len(), times[19]);
        slowest_of_all = slowest_of_all.max(times[19]);
    }
    assert!(slowest_of_all < Duration::from_millis(500), "the slowest took {slowest_of_all:?}");
}
