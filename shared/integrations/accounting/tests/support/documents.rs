//! Documents to write.

use edge_accounting::{
    Address, Customer, Document, Invoice, InvoiceLine, Journal, JournalLine, Payment, Recorded, Refund,
};
use edge_money::Currency;
use edge_time_zones::Date;
use rust_decimal::Decimal;

pub fn amount(written: &str) -> Decimal {
    written.parse().unwrap()
}

pub fn date(written: &str) -> Date {
    Date::parse(written).unwrap()
}

pub fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

pub fn customer(number: &str, name: &str) -> Document {
    Document::Customer(Customer {
        number: number.to_owned(),
        name: name.to_owned(),
        email: "books@acme.example".to_owned(),
        tax_id: "29AAGCB7383J1Z4".to_owned(),
        currency: usd(),
        address: Address {
            lines: vec!["1 Main Street".to_owned(), "Floor 2".to_owned()],
            city: "Pune".to_owned(),
            region: "Maharashtra".to_owned(),
            postal_code: "411001".to_owned(),
            country: "IN".to_owned(),
        },
    })
}

fn line(description: &str, quantity: &str, price: &str, total: &str, account: &str) -> InvoiceLine {
    InvoiceLine {
        description: description.to_owned(),
        quantity: amount(quantity),
        unit_price: amount(price),
        amount: amount(total),
        account: account.to_owned(),
    }
}

/// An invoice over 118.00: 100 with a discount, and its tax.
pub fn invoice(number: &str, customer: &Recorded) -> Invoice {
    Invoice {
        number: number.to_owned(),
        customer: customer.clone(),
        customer_number: "CUST-1".to_owned(),
        date: date("2026-11-01"),
        due: date("2026-12-01"),
        currency: usd(),
        lines: vec![
            line("Seats", "4", "12.5", "50", "4100"),
            line("Setup, discounted", "3", "20", "50", "4000"),
            line("Tax 18%", "1", "18", "18", "2200"),
        ],
        total: amount("118"),
    }
}

pub fn payment(number: &str, customer: &Recorded, invoice: &Recorded, paid: &str) -> Payment {
    Payment {
        number: number.to_owned(),
        customer: customer.clone(),
        customer_number: "CUST-1".to_owned(),
        invoice: invoice.clone(),
        invoice_number: "INV-1".to_owned(),
        date: date("2026-11-10"),
        currency: usd(),
        amount: amount(paid),
        account: "1000".to_owned(),
    }
}

pub fn refund(number: &str, customer: &Recorded, paid: &str) -> Refund {
    Refund {
        number: number.to_owned(),
        customer: customer.clone(),
        customer_number: "CUST-1".to_owned(),
        invoice_number: "INV-1".to_owned(),
        date: date("2026-11-12"),
        currency: usd(),
        amount: amount(paid),
        description: "Service was not provided".to_owned(),
        account: "1000".to_owned(),
        refund_account: "4900".to_owned(),
    }
}

pub fn journal(number: &str, debit: &str) -> Journal {
    let line = |account: &str, sum: Decimal| JournalLine {
        account: account.to_owned(),
        amount: sum,
        description: "November".to_owned(),
    };
    Journal {
        number: number.to_owned(),
        date: date("2026-11-30"),
        currency: usd(),
        description: "Revenue of November".to_owned(),
        lines: vec![line("2400", amount(debit)), line("4100", -amount(debit))],
    }
}
