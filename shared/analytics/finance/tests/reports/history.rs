//! Random histories of a tenant, of which tests/figures/check.py reckons all figures anew.

use std::process::Command;

use edge_http::testing::ask;
use edge_tenants::testing::{ACME, PLATFORM};
use serde_json::{Value, json};

use super::fixture::{BILLING, Test, test};

/// Contracts are in currencies in which the rule `approval` asks nobody about small ones.
const CONTRACT_CURRENCIES: [&str; 2] = ["USD", "INR"];

/// How many histories; the variable `SEEDS` says otherwise.
const SEEDS: u64 = 2;

const CURRENCIES: [&str; 3] = ["USD", "JPY", "KWD"];

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    fn of<'o, T>(&mut self, options: &'o [T]) -> &'o T {
        let place = self.below(options.len() as u64);
        &options[usize::try_from(place).unwrap()]
    }

    /// A day from `months` months on, from 2025-10 as 0.
    fn day(&mut self, months: std::ops::Range<u64>) -> String {
        let month = months.start + self.below(months.end - months.start) + 9;
        format!("{}-{:02}-{:02}", 2025 + month / 12, month % 12 + 1, 1 + self.below(28))
    }

    /// An amount in `currency` with all its decimals.
    fn amount(&mut self, currency: &str) -> String {
        let minor = 1 + self.below(99_999);
        match currency {
            "JPY" => minor.to_string(),
            "KWD" => format!("{}.{:03}", minor / 1_000, minor % 1_000),
            _ => format!("{}.{:02}", minor / 100, minor % 100),
        }
    }
}

fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Invoices, some of which are paid in the months until `last`, or voided.
async fn invoices(test: &Test, dice: &mut Dice, last: u64) {
    for _ in 0..8 {
        let currency = *dice.of(&CURRENCIES);
        let (issued, due) = (dice.day(0..5), dice.day(2..6));
        let total = dice.amount(currency);
        let id = test.invoice_of(&number(&total), currency, &issued, &due.max(issued.clone())).await;
        match dice.below(5) {
            0 => test.void(&id).await,
            1 => {}
            _ => {
                for _ in 0..=dice.below(2) {
                    let paid = dice.amount(currency);
                    let at = format!("{}T{:02}:30:00Z", dice.day(0..last), dice.below(24));
                    test.pay_amount(&id, &number(&paid), &at).await;
                }
            }
        }
    }
}

async fn contracts(test: &Test, dice: &mut Dice, entities: &[String]) {
    for _ in 0..6 {
        let currency = *dice.of(&CONTRACT_CURRENCIES);
        let mut lines = vec![
            json!({"kind": "recurring", "description": "Seats", "quantity": (1 + dice.below(40)) as f64 / 4.0,
            "unit_price": number(&dice.amount(currency)), "cycle": dice.of(&["monthly", "quarterly", "semi_annual", "annual"]),
            "discount_basis_points": dice.below(4) * 1_111}),
        ];
        if dice.below(2) == 0 {
            lines.push(json!({"kind": "one_off", "description": "Setup", "quantity": 1,
                "unit_price": number(&dice.amount(currency))}));
        }
        let start = dice.day(1..6);
        let months = *dice.of(&[1, 3, 6, 12]);
        let new = json!({"entity_id": dice.of(entities), "counterparty": "=Acme", "title": "Seats", "start": start,
            "currency": currency, "lines": lines,
            "renewal": {"mode": dice.of(&["auto", "manual", "none"]), "term_months": months, "notice_days": dice.below(40)}});
        let id = test.contract(new).await;
        if dice.below(4) == 0 {
            // It may be over.
            let path = format!("{BILLING}/contracts/{id}/notice");
            ask(&test.contracts, PLATFORM, Some(ACME), "POST", &path, &json!({"by": "customer"})).await;
        }
    }
}

/// A history, and what the API lists of it.
async fn history(test: &Test, seed: u64) -> Value {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    test.turn_to("2026-02-15T09:00:00Z");
    invoices(test, &mut dice, 4).await;
    test.turn_to("2026-03-31T09:00:00Z");
    let group = test.entity(json!({"name": "Group", "currency": "USD"})).await;
    let child = test.entity(json!({"name": "Child", "currency": "KWD", "parent_id": group})).await;
    let entities = [group, child];
    let department = json!({"entity_id": entities[0], "name": "+Research", "code": "R", "cost_center": "CC-R"});
    let research =
        test.call(&test.allocations, "POST", &format!("{BILLING}/departments"), department).await["id"].clone();
    let basis_points = dice.below(9_000) + 500;
    for _ in 0..5 {
        let currency = *dice.of(&CURRENCIES);
        let amount = dice.amount(currency);
        let amount = if dice.below(4) == 0 { number(&format!("-{amount}")) } else { number(&amount) };
        let (entity, day) = (dice.of(&entities).clone(), dice.day(3..6));
        let charge = test.charge_of(&entity, &amount, currency, &day).await;
        if dice.below(2) == 0 {
            let share = json!({"source": {"kind": "amount", "id": charge}, "from": "2025-01-01",
                "method": "percentage", "basis_points": basis_points});
            let path = format!("{BILLING}/departments/{}/allocations", research.as_str().unwrap());
            test.call(&test.allocations, "POST", &path, share).await;
        }
    }
    invoices(test, &mut dice, 6).await;
    contracts(test, &mut dice, &entities).await;
    test.run_jobs().await;
    let (mut dashboards, mut analyses) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        let zone = dice.of(&["UTC", "Asia/Kolkata", "America/New_York"]);
        let as_of = dice.day(3..6);
        let mut query = format!("?timezone={zone}&as_of={as_of}");
        if dice.below(2) == 0 {
            let from = dice.day(0..5).min(as_of);
            query.push_str(&format!("&from={from}"));
        }
        dashboards.push(test.report(&format!("cfo-dashboard{query}")).await);
        analyses.push(test.report(&format!("cost-analysis{query}")).await);
    }
    let mut charges = Vec::new();
    for entity in &entities {
        charges.extend(test.list(&test.entities, &format!("{BILLING}/entities/{entity}/charges")).await);
    }
    json!({
        "invoices": test.list(&test.invoices, "/api/v1/invoices").await,
        "charges": charges,
        "contracts": test.list(&test.contracts, &format!("{BILLING}/contracts")).await,
        "lines": test.list(&test.allocations, &format!("{BILLING}/allocations/lines")).await,
        "dashboards": dashboards,
        "cost_analyses": analyses,
    })
}

/// Has the program reckon the figures of a history anew.
pub async fn check(test: &Test, seed: u64) {
    let zones = "import zoneinfo; zoneinfo.ZoneInfo('Asia/Kolkata')";
    if !Command::new("python3").arg("-c").arg(zones).status().is_ok_and(|status| status.success()) {
        println!("Python is not installed, or has no time zones: there is nothing to compare with");
        return;
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), history(test, seed).await.to_string()).unwrap();
    let check = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/figures/check.py");
    let output = Command::new("python3").arg("-B").arg(check).arg(file.path()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "seed {seed}: {said}");
    println!("seed {seed}: {said}");
}

#[tokio::test(start_paused = true)]
async fn a_program_that_shares_nothing_with_the_edge_reckons_the_same_figures() {
    let seeds = std::env::var("SEEDS").map_or(SEEDS, |seeds| seeds.parse().unwrap());
    for seed in 1..=seeds {
        check(&test().await, seed).await;
    }
}

impl Test {
    /// All that a list has.
    async fn list(&self, router: &axum::Router, path: &str) -> Vec<Value> {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("{path}?limit=100{cursor}");
            let (status, page) = ask(router, PLATFORM, Some(ACME), "GET", &path, &Value::Null).await;
            assert_eq!(status, 200, "{page}");
            found.extend(page["data"].as_array().unwrap().iter().cloned());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return found,
            }
        }
    }
}
