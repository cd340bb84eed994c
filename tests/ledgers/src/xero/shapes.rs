//! What may be written.

use crate::shape::Field::{Date, List, Number, Object, Text, Word};
use crate::shape::Shape;

const ADDRESS: Shape = &[
    ("AddressType", true, Word(&["POBOX", "STREET"])),
    ("AddressLine1", false, Text(500)),
    ("AddressLine2", false, Text(500)),
    ("AddressLine3", false, Text(500)),
    ("AddressLine4", false, Text(500)),
    ("City", false, Text(255)),
    ("Region", false, Text(255)),
    ("PostalCode", false, Text(50)),
    ("Country", false, Text(50)),
];

pub(super) const CONTACT: Shape = &[
    ("Name", true, Text(255)),
    ("ContactNumber", false, Text(50)),
    ("EmailAddress", false, Text(255)),
    ("TaxNumber", false, Text(50)),
    ("Addresses", false, List(ADDRESS)),
];

const CONTACT_ID: Shape = &[("ContactID", true, Text(36))];

const LINE_ITEM: Shape = &[
    ("Description", true, Text(4_000)),
    ("Quantity", true, Number(4)),
    // With `unitdp=4`; without it, 2.
    ("UnitAmount", true, Number(4)),
    ("AccountCode", true, Text(10)),
    ("TaxType", false, Text(50)),
];

pub(super) const INVOICE: Shape = &[
    ("Type", true, Word(&["ACCREC"])),
    ("Contact", true, Object(CONTACT_ID)),
    ("InvoiceNumber", false, Text(255)),
    ("Reference", false, Text(255)),
    ("Date", true, Date),
    ("DueDate", true, Date),
    ("CurrencyCode", false, Text(3)),
    ("LineAmountTypes", true, Word(&["Exclusive", "Inclusive", "NoTax"])),
    ("Status", true, Word(&["DRAFT", "SUBMITTED", "AUTHORISED"])),
    ("LineItems", true, List(LINE_ITEM)),
];

pub(super) const CREDIT_NOTE: Shape = &[
    ("Type", true, Word(&["ACCRECCREDIT"])),
    ("Contact", true, Object(CONTACT_ID)),
    ("CreditNoteNumber", false, Text(255)),
    ("Reference", false, Text(255)),
    ("Date", true, Date),
    ("CurrencyCode", false, Text(3)),
    ("LineAmountTypes", true, Word(&["Exclusive", "Inclusive", "NoTax"])),
    ("Status", true, Word(&["DRAFT", "SUBMITTED", "AUTHORISED"])),
    ("LineItems", true, List(LINE_ITEM)),
];

pub(super) const PAYMENT: Shape = &[
    ("Invoice", false, Object(&[("InvoiceID", true, Text(36))])),
    ("CreditNote", false, Object(&[("CreditNoteID", true, Text(36))])),
    ("Account", true, Object(&[("Code", true, Text(10))])),
    ("Date", true, Date),
    ("Amount", true, Number(2)),
    ("Reference", false, Text(255)),
];

const JOURNAL_LINE: Shape =
    &[("LineAmount", true, Number(2)), ("AccountCode", true, Text(10)), ("Description", false, Text(4_000))];

pub(super) const MANUAL_JOURNAL: Shape = &[
    ("Narration", true, Text(4_000)),
    ("Date", true, Date),
    ("LineAmountTypes", false, Word(&["NoTax", "Exclusive", "Inclusive"])),
    ("Status", true, Word(&["DRAFT", "POSTED"])),
    ("JournalLines", true, List(JOURNAL_LINE)),
];
