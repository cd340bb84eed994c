//! Customers as business partners.

use serde_json::{Map, Value, json};

use crate::connection::Connection;
use crate::document::{Customer, Recorded};
use crate::error::AccountingError;
use crate::json::{cut, text};

/// The field with our number.
pub(crate) const NUMBER: &str = "BusinessPartnerIDByExtSystem";

/// The role of a customer in financial accounting, and that in sales.
const ROLES: [&str; 2] = ["FLCU00", "FLCU01"];

fn set(body: &mut Map<String, Value>, name: &str, text: &str, characters: usize) {
    if !text.is_empty() {
        body.insert(name.to_owned(), Value::String(cut(text, characters)));
    }
}

/// The business partner that a customer becomes, with its address and its data in the company code.
pub(crate) fn body(customer: &Customer, connection: &Connection, company_code: &str) -> Result<Value, AccountingError> {
    let no_account = || {
        AccountingError::Misconfigured(
            "SAP needs the option receivable_account: the reconciliation account of customers".to_owned(),
        )
    };
    let receivable = connection.option("receivable_account").ok_or_else(no_account)?;
    let mut body = Map::new();
    // An organization.
    set(&mut body, "BusinessPartnerCategory", "2", 1);
    set(&mut body, "BusinessPartnerGrouping", connection.option("partner_grouping").unwrap_or_default(), 4);
    set(&mut body, NUMBER, &customer.number, 20);
    let mut names = customer.name.chars();
    for name in ["OrganizationBPName1", "OrganizationBPName2"] {
        set(&mut body, name, names.by_ref().take(40).collect::<String>().trim(), 40);
    }
    set(&mut body, "SearchTerm1", &customer.number.to_uppercase(), 20);
    let address = &customer.address;
    let mut written = Map::new();
    let mut lines = address.lines.iter();
    set(&mut written, "StreetName", lines.next().map_or("", String::as_str), 60);
    set(&mut written, "StreetSuffixName", &lines.map(String::as_str).collect::<Vec<_>>().join(", "), 40);
    set(&mut written, "CityName", &address.city, 40);
    // A code of the country's, such as MH: a name would be refused.
    let region = Some(address.region.as_str()).filter(|region| region.len() <= 3);
    set(&mut written, "Region", region.unwrap_or_default(), 3);
    set(&mut written, "PostalCode", &address.postal_code, 10);
    set(&mut written, "Country", &address.country, 3);
    if !customer.email.is_empty() {
        let email = json!({"EmailAddress": cut(&customer.email, 241), "IsDefaultEmailAddress": true});
        written.insert("to_EmailAddress".to_owned(), json!({"results": [email]}));
    }
    if !written.is_empty() {
        body.insert("to_BusinessPartnerAddress".to_owned(), json!({"results": [written]}));
    }
    let roles: Vec<Value> = ROLES.iter().map(|role| json!({"BusinessPartnerRole": role})).collect();
    body.insert("to_BusinessPartnerRole".to_owned(), json!({"results": roles}));
    let mut company = Map::new();
    set(&mut company, "CompanyCode", company_code, 4);
    set(&mut company, "ReconciliationAccount", receivable, 10);
    set(&mut company, "PaymentTerms", connection.option("payment_terms").unwrap_or_default(), 4);
    body.insert("to_Customer".to_owned(), json!({"to_CustomerCompany": {"results": [company]}}));
    if !customer.tax_id.is_empty() {
        // Which kind of number it is, such as DE0 or IN3, depends on the country: the option says it.
        if let Some(kind) = connection.option("tax_number_type") {
            let number = json!({"BPTaxType": cut(kind, 4), "BPTaxNumber": cut(&customer.tax_id, 20)});
            body.insert("to_BusinessPartnerTax".to_owned(), json!({"results": [number]}));
        }
    }
    Ok(Value::Object(body))
}

/// A business partner as SAP shows it: its id is that of the customer, which items of journal entries name.
pub(crate) fn recorded(partner: &Value) -> Result<Recorded, AccountingError> {
    let (partner_id, customer_id) = (text(partner, "/BusinessPartner"), text(partner, "/Customer"));
    if partner_id.is_empty() {
        return Err(AccountingError::Unavailable("SAP's answer cannot be read".to_owned()));
    }
    if customer_id.is_empty() {
        let says = format!("the business partner {partner_id} in SAP is no customer: give it the role FLCU00");
        return Err(AccountingError::Missing(says));
    }
    Ok(Recorded { number: Some(partner_id), ..Recorded::new(customer_id) })
}
