//! An invoice as a page to print.

use edge_capabilities::Timestamp;
use edge_printouts::Page;
use edge_tenants::Tenant;

use crate::invoice::{Invoice, InvoiceState, InvoiceStatus, Totals, written};
use crate::settings::InvoiceSettings;
use edge_time_zones::Date;

/// What stands above the lines.
const COLUMNS: [&str; 5] = ["Description", "Quantity", "Unit price", "Tax", "Amount"];

fn lines(text: Option<&str>) -> Vec<String> {
    text.into_iter().flat_map(str::lines).map(str::to_owned).collect()
}

/// The page of `invoice` of `tenant`.
pub(crate) fn page(invoice: &Invoice, tenant: &Tenant, now: Timestamp) -> Page {
    let settings = InvoiceSettings::of(tenant);
    let amount = |minor| written(minor, invoice.currency);
    let status = invoice.status(Date::of(now, &settings.zone));
    let number = invoice.invoice_number();
    let title = number.map_or_else(|| "Draft of an invoice".to_owned(), |number| format!("Invoice {number}"));
    let mut seller = vec![tenant.name.clone()];
    seller.extend(lines(settings.seller.as_deref()));
    let details = &invoice.customer;
    let mut customer = vec![details.display_name().to_owned()];
    customer.extend(lines(details.address.as_deref()));
    customer.extend(details.email.clone().filter(|_| details.name.is_some()));
    customer.extend(details.tax_id.as_ref().map(|id| format!("Tax number {id}")));
    let dates = [("Date", invoice.issue_date), ("Due date", invoice.due_date)];
    let mut facts: Vec<_> =
        dates.into_iter().filter_map(|(label, date)| date.map(|date| (label, date.to_string()))).collect();
    facts.extend(invoice.paid_at.map(|at| ("Paid on", settings.zone.date_of(at))));
    let Totals { lines: amounts, taxes, .. } = Totals::of(&invoice.items).unwrap_or_default();
    let mut rows = Vec::new();
    let mut section = None;
    for (item, line) in invoice.items.iter().zip(amounts) {
        if item.section.as_deref() != section {
            section = item.section.as_deref();
            rows.extend(
                section.map(|name| [name.to_owned(), String::new(), String::new(), String::new(), String::new()]),
            );
        }
        let rate = if item.tax_rate.is_zero() { String::new() } else { format!("{} %", item.tax_rate.normalize()) };
        let quantity = item.quantity.normalize().to_string();
        rows.push([item.description.clone(), quantity, amount(item.unit_price), rate, amount(line)]);
    }
    let mut sums = vec![("Amount".to_owned(), amount(invoice.amount))];
    for tax in taxes {
        let label = format!("Tax {} % on {}", tax.rate.normalize(), amount(tax.taxable));
        sums.push((label, amount(tax.tax)));
    }
    sums.push(("Total".to_owned(), amount(invoice.total)));
    if invoice.amount_paid > 0 {
        sums.push(("Paid".to_owned(), amount(invoice.amount_paid)));
    }
    if invoice.credit() > 0 {
        sums.push(("Credit".to_owned(), amount(invoice.credit())));
    }
    if invoice.state == InvoiceState::Open {
        sums.push(("To be paid".to_owned(), amount(invoice.amount_due())));
    }
    let stamp = match status {
        InvoiceStatus::Pending => Some("DRAFT"),
        InvoiceStatus::Sent => None,
        InvoiceStatus::Paid => Some("PAID"),
        InvoiceStatus::Overdue => Some("OVERDUE"),
        InvoiceStatus::Cancelled => Some("CANCELLED"),
    };
    Page {
        title,
        stamp,
        sender: seller,
        recipient: customer,
        facts,
        columns: COLUMNS,
        rows,
        sums,
        notes: lines(invoice.notes.as_deref()),
    }
}
