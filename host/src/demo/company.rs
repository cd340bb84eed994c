//! The sample company: a group with two companies in two currencies, their departments, budgets, contracts, charges, and a
//! dispute. It is found by its codes, titles and texts.

use chrono::{Datelike as _, Months, NaiveDate, Utc};
use serde_json::{Value, json};

use super::client::{Client, ENTERPRISE, text};
use crate::rules::{Failure, Outcome};

/// What the cost of shared services is split by.
const SHARED_SERVICES: &str = "amount:shared-services";

/// The ids of what one looks at first.
pub struct Company {
    group: String,
    software: String,
    engineering: String,
    contract: String,
    dispute: String,
    budget: String,
}

impl Company {
    /// What there is to see, and where.
    pub fn shows(&self) -> Vec<(&'static str, String)> {
        let Self { group, software, engineering, contract, dispute, budget } = self;
        [
            ("the group, with totals for each currency", format!("entities/{group}/hierarchy")),
            ("what is charged to its Indian company", format!("entities/{software}/charges")),
            ("the invoices of the group", format!("entities/{group}/invoices")),
            ("the departments of the Indian company", format!("departments?entity_id={software}")),
            ("the shares of Engineering", format!("departments/{engineering}/allocations")),
            (
                "how 100,000.00 of shared services are split",
                format!("allocations/preview?source={SHARED_SERVICES}&amount=100000.00&currency=INR"),
            ),
            ("the contract that was renewed", format!("contracts/{contract}")),
            ("what happened to it", format!("contracts/{contract}/timeline")),
            ("the budget of Engineering", format!("budgets/{budget}/tracking")),
            ("the dispute", format!("disputes/{dispute}")),
        ]
        .map(|(what, path)| (what, format!("{ENTERPRISE}/{path}")))
        .into()
    }
}

fn id(of: &Value) -> String {
    text(of, "id").to_owned()
}

/// The first day of the month that was `months` ago.
fn first_of_month(months: u32) -> NaiveDate {
    let today = Utc::now().date_naive();
    let first = today.with_day(1).unwrap_or(today);
    first.checked_sub_months(Months::new(months)).unwrap_or(first)
}

/// Makes the tenant that the company is in.
pub async fn make_tenant(client: &mut Client, tenant: &str) -> Outcome {
    let is_made = client.get(&format!("/api/v1/tenants/{tenant}")).await?.is_none();
    if is_made {
        let new = json!({"id": tenant, "name": "Meridian Group", "slug": "meridian-group",
            "owner_email": "owner@meridian.example", "timezone": "Asia/Kolkata"});
        client.post("/api/v1/tenants", &new).await?;
    }
    client.note(is_made, "tenant", tenant);
    Ok(())
}

/// Makes what is not there of the company.
pub async fn make(client: &mut Client) -> Result<Company, Failure> {
    let group = entity(
        client,
        "MER",
        json!({"name": "Meridian Group", "legal_name": "Meridian Holdings Private Limited",
        "country": "IN", "currency": "INR", "billing_email": "finance@meridian.example", "payment_terms_days": 30}),
    )
    .await?;
    let software = entity(
        client,
        "MER-IN",
        json!({"name": "Meridian Software", "parent_id": group,
        "legal_name": "Meridian Software Private Limited", "country": "IN", "currency": "INR",
        "billing_email": "accounts@software.meridian.example", "payment_terms_days": 30}),
    )
    .await?;
    let europe = entity(
        client,
        "MER-EU",
        json!({"name": "Meridian Europe", "parent_id": group,
        "legal_name": "Meridian Europe GmbH", "country": "DE", "currency": "EUR",
        "billing_email": "accounts@europe.meridian.example", "payment_terms_days": 14}),
    )
    .await?;

    let mut departments = Vec::new();
    for (owner, code, name, cost_center, headcount) in [
        (&software, "ENG", "Engineering", "CC-100", 42),
        (&software, "SALES", "Sales", "CC-200", 18),
        (&software, "SUPPORT", "Support", "CC-300", 9),
        (&europe, "OPS", "Operations", "CC-400", 12),
    ] {
        let new = json!({"entity_id": owner, "name": name, "cost_center": cost_center, "headcount": headcount});
        let (path, query) = (format!("{ENTERPRISE}/departments"), format!("entity_id={owner}&code={code}"));
        departments.push(id(&client.ensure("department", &path, &query, ("code", code), new).await?));
    }
    let [engineering, sales, support, operations] = departments.as_slice() else { return Err(Failure::Bad) };
    map_accounts(client, engineering).await?;
    split_shared_services(client, [(engineering, 5_000), (sales, 3_000), (support, 2_000)]).await?;

    let mut budget = String::new();
    for (department, name, limit, currency) in [
        (operations, "Operations in Europe", "6000.00", "EUR"),
        (sales, "Sales", "150000.00", "INR"),
        (engineering, "Engineering", "400000.00", "INR"),
    ] {
        let new = json!({"limit": limit, "currency": currency, "period": "monthly", "department_id": department,
            "time_zone": "Asia/Kolkata"});
        let (path, query) = (format!("{ENTERPRISE}/budgets"), format!("department_id={department}"));
        budget = id(&client.ensure("budget", &path, &query, ("name", name), new).await?);
    }

    // It began thirteen months ago, so that its first term is over.
    let renewed = json!({"entity_id": software, "counterparty": "Meridian Software Private Limited", "currency": "INR",
        "start": first_of_month(13).to_string(),
        "lines": [
            {"kind": "recurring", "description": "Workspace seats", "quantity": 20, "unit_price": 150.00, "cycle": "monthly"},
            {"kind": "one_off", "description": "Onboarding", "quantity": 1, "unit_price": 5000.00}],
        "renewal": {"mode": "auto", "term_months": 12, "notice_days": 30, "uplift_basis_points": 500},
        "termination": {"fee": {"kind": "percent_remaining", "value": 50}},
        "sla": [{"metric": "uptime", "target": 99.9, "credit_steps": [{"below": 99.9, "basis_points": 1000}]}]});
    let contract = contract(client, &software, "Workspace seats", renewed).await?;
    let yearly = json!({"entity_id": europe, "counterparty": "Meridian Europe GmbH", "currency": "EUR",
        "start": first_of_month(2).to_string(),
        "lines": [{"kind": "recurring", "description": "Support", "quantity": 1, "unit_price": 30.00, "cycle": "monthly"}],
        "renewal": {"mode": "manual", "term_months": 12, "notice_days": 60}});
    self::contract(client, &europe, "Support", yearly).await?;

    let mut twice = String::new();
    for (owner, description, amount, currency) in [
        (&europe, "Training in Berlin", 240.00, "EUR"),
        (&software, "Data migration", 4_500.00, "INR"),
        (&software, "Data migration, second bill", 4_500.00, "INR"),
    ] {
        let new = json!({"amount": amount, "currency": currency});
        let path = format!("{ENTERPRISE}/entities/{owner}/charges");
        twice = id(&client.ensure("charge", &path, "", ("description", description), new).await?);
    }
    let dispute = dispute(client, &software, &twice).await?;
    invoice(client, &group).await?;
    Ok(Company { group, software, engineering: engineering.clone(), contract, dispute, budget })
}

async fn entity(client: &mut Client, code: &str, new: Value) -> Result<String, Failure> {
    let path = format!("{ENTERPRISE}/entities");
    Ok(id(&client.ensure("entity", &path, &format!("code={code}"), ("code", code), new).await?))
}

/// Which accounts of the general ledger amounts belong to. Mapped again, they are the same.
async fn map_accounts(client: &mut Client, engineering: &str) -> Outcome {
    let path = format!("{ENTERPRISE}/gl-mappings");
    for (kind, department, account) in [
        ("revenue", None, "4000"),
        ("receivable", None, "1200"),
        ("refund", None, "4900"),
        ("revenue", Some(engineering), "4010"),
    ] {
        let is_it = |known: &Value| {
            text(known, "kind") == kind && text(known, "department_id") == department.unwrap_or_default()
        };
        let is_made = client.find(&format!("{path}?"), is_it).await?.is_none();
        if is_made {
            client.post(&path, &json!({"kind": kind, "department_id": department, "gl_code": account})).await?;
        }
        client.note(is_made, "GL mapping", &format!("{kind} {account}"));
    }
    Ok(())
}

/// Splits shared services over departments, in basis points.
async fn split_shared_services(client: &mut Client, shares: [(&String, u32); 3]) -> Outcome {
    let path = format!("{ENTERPRISE}/allocations?source={SHARED_SERVICES}");
    let known = client.get(&path).await?.unwrap_or_default();
    let is_made = known.get("shares").and_then(Value::as_array).is_none_or(Vec::is_empty);
    if is_made {
        let share = |(department, points): (&String, u32)| json!({"department_id": department, "method": "percentage", "basis_points": points});
        client.put(&path, &json!({"from": first_of_month(1).to_string(), "shares": shares.map(share)})).await?;
    }
    client.note(is_made, "allocation", SHARED_SERVICES);
    Ok(())
}

/// Makes a contract of `entity` and has it begin. Whoever was killed in between left a draft.
async fn contract(client: &mut Client, entity: &str, title: &str, new: Value) -> Result<String, Failure> {
    let path = format!("{ENTERPRISE}/contracts");
    let contract = client.ensure("contract", &path, &format!("entity_id={entity}"), ("title", title), new).await?;
    if text(&contract, "status") == "draft" {
        let begun = client.post(&format!("{path}/{}/activate", id(&contract)), &json!({})).await?;
        eprintln!("           it is {}", text(&begun, "status"));
    }
    Ok(id(&contract))
}

/// Disputes a charge that is there twice.
async fn dispute(client: &mut Client, entity: &str, charge: &str) -> Result<String, Failure> {
    let path = format!("{ENTERPRISE}/disputes");
    let found = client.find(&format!("{path}?subject=charge:{charge}"), |_| true).await?;
    let is_made = found.is_none();
    let dispute = match found {
        Some(found) => found,
        None => {
            let new = json!({"subject": {"kind": "charge", "id": charge}, "entity_id": entity, "amount": 4_500.00,
                "currency": "INR", "reason": "duplicate",
                "description": "The data migration was charged twice."});
            client.post(&path, &new).await?
        }
    };
    client.note(is_made, "dispute", text(&dispute, "number"));
    let comments = format!("{path}/{}/comments", id(&dispute));
    let body = "We have one order of a data migration only.";
    client.ensure("comment", &comments, "", ("body", body), json!({"visibility": "shared"})).await?;
    Ok(id(&dispute))
}

/// Makes the invoice of the group for the month that is over: asked for again, it is the same.
async fn invoice(client: &mut Client, group: &str) -> Outcome {
    let period = first_of_month(1).format("%Y-%m").to_string();
    let path = format!("{ENTERPRISE}/entities/{group}/invoices");
    let known = client.get(&path).await?.unwrap_or_default();
    let invoices = known.get("invoices").and_then(Value::as_array);
    let is_made = !invoices.is_some_and(|invoices| invoices.iter().any(|one| text(one, "period") == period));
    if is_made {
        client.post(&path, &json!({"period": period})).await?;
    }
    client.note(is_made, "invoices", &period);
    Ok(())
}
