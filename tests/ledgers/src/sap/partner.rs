//! Business partners.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{chosen, error};
use crate::books::{AccountKind, Books, Stored};
use crate::call::{Call, Reply};
use crate::shape::{Field, Misshapen, Shape, check, list as rows, set, text};

const RESULTS: &str = "results";

const PARTNER: Shape = &[
    ("BusinessPartnerCategory", true, Field::Word(&["1", "2", "3"])),
    ("BusinessPartnerGrouping", false, Field::Text(4)),
    ("BusinessPartnerIDByExtSystem", false, Field::Text(20)),
    ("OrganizationBPName1", true, Field::Text(40)),
    ("OrganizationBPName2", false, Field::Text(40)),
    ("SearchTerm1", false, Field::Text(20)),
    ("to_BusinessPartnerAddress", false, Field::Object(&[(RESULTS, true, Field::List(ADDRESS))])),
    (
        "to_BusinessPartnerRole",
        false,
        Field::Object(&[(RESULTS, true, Field::List(&[("BusinessPartnerRole", true, Field::Text(6))]))]),
    ),
    (
        "to_BusinessPartnerTax",
        false,
        Field::Object(&[(
            RESULTS,
            true,
            Field::List(&[("BPTaxType", true, Field::Text(4)), ("BPTaxNumber", true, Field::Text(20))]),
        )]),
    ),
    (
        "to_Customer",
        false,
        Field::Object(&[(
            "to_CustomerCompany",
            false,
            Field::Object(&[(
                RESULTS,
                true,
                Field::List(&[
                    ("CompanyCode", true, Field::Text(4)),
                    ("ReconciliationAccount", true, Field::Text(10)),
                    ("PaymentTerms", false, Field::Text(4)),
                ]),
            )]),
        )]),
    ),
];

const ADDRESS: Shape = &[
    ("StreetName", false, Field::Text(60)),
    ("StreetSuffixName", false, Field::Text(40)),
    ("CityName", false, Field::Text(40)),
    ("Region", false, Field::Text(3)),
    ("PostalCode", false, Field::Text(10)),
    ("Country", false, Field::Text(3)),
    (
        "to_EmailAddress",
        false,
        Field::Object(&[(
            RESULTS,
            true,
            Field::List(&[("EmailAddress", true, Field::Text(241)), ("IsDefaultEmailAddress", false, Field::Bool)]),
        )]),
    ),
];

/// What a list shows of a business partner.
fn shown(partner: &Stored) -> Value {
    json!({
        "BusinessPartner": text(&partner.body, "/BusinessPartner"),
        "Customer": text(&partner.body, "/Customer"),
        "BusinessPartnerIDByExtSystem": text(&partner.body, "/BusinessPartnerIDByExtSystem"),
        "OrganizationBPName1": text(&partner.body, "/OrganizationBPName1"),
    })
}

fn partners(books: &Books) -> impl Iterator<Item = Value> {
    books.documents.iter().filter(|document| document.kind == "customers").map(shown)
}

pub(super) fn list(books: &Books, call: &Call) -> Reply {
    chosen(partners(books), call)
}

pub(super) fn create(books: &mut Books, call: &Call) -> Reply {
    if call.header("content-type") != Some("application/json") {
        return error(415, "/IWFND/CM_CONSUMER/415", "Unsupported media type.");
    }
    let Some(mut body) = call.json() else {
        return error(400, "/IWFND/CM_MGW_RT/101", "Error while parsing the JSON content.");
    };
    if let Err(Misshapen { path: at, message: says }) = check(&body, PARTNER) {
        return error(400, "/IWCOR/CX_DS_EP_PROPERTY_ERROR", &format!("Property {at} {says}."));
    }
    let roles = rows(&body, "/to_BusinessPartnerRole/results");
    let is_customer = roles.iter().any(|role| text(role, "/BusinessPartnerRole") == "FLCU00");
    let data = rows(&body, "/to_Customer/to_CustomerCompany/results");
    for data in data {
        let (company, account) = (text(data, "/CompanyCode"), text(data, "/ReconciliationAccount"));
        if !books.companies.iter().any(|known| known.id == company) {
            return error(400, "F2/020", &format!("Company code {company} does not exist"));
        }
        let kind = books.accounts.get(account).map(|account| account.kind);
        if kind != Some(AccountKind::Receivable) {
            return error(400, "F2/108", &format!("Account {account} is not defined as a reconciliation account"));
        }
    }
    if is_customer && data.is_empty() {
        return error(400, "F2/210", "Customer without company code data");
    }
    let company = data.first().map(|data| text(data, "/CompanyCode").to_owned()).unwrap_or_default();
    let id = format!("{:010}", books.next_id().saturating_add(1_000_000));
    let number = text(&body, "/BusinessPartnerIDByExtSystem").to_owned();
    set(&mut body, "BusinessPartner", json!(id));
    set(&mut body, "Customer", json!(if is_customer { id.as_str() } else { "" }));
    let document = Stored {
        kind: "customers".to_owned(),
        id,
        number,
        company,
        at: books.now,
        draft: false,
        version: 1,
        total: Decimal::ZERO,
        open: Decimal::ZERO,
        body,
    };
    let reply = Reply::json(201, &json!({"d": document.body}));
    books.documents.push(document);
    reply
}
