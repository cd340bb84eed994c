//! What may be written.

use crate::shape::Field::{Bool, Date, List, Number, Object, Text, Word, Words};
use crate::shape::Shape;

const ADDRESS: Shape = &[
    ("address_line_1", false, Text(50)),
    ("address_line_2", false, Text(50)),
    ("city", false, Text(50)),
    ("region", false, Text(50)),
    ("postal_code", false, Text(50)),
    ("country_id", false, Text(2)),
    ("is_main_address", false, Bool),
];

const PERSON: Shape = &[
    ("name", true, Text(60)),
    ("email", false, Text(120)),
    ("contact_person_type_ids", false, Words(&["CUSTOMER", "ACCOUNTS"])),
    ("is_main_contact", false, Bool),
];

pub(super) const CONTACT: Shape = &[
    ("name", true, Text(200)),
    ("contact_type_ids", true, Words(&["CUSTOMER", "VENDOR"])),
    ("reference", false, Text(30)),
    ("notes", false, Text(2_000)),
    ("currency_id", false, Text(3)),
    ("main_address", false, Object(ADDRESS)),
    ("main_contact_person", false, Object(PERSON)),
];

const LINE: Shape = &[
    ("description", true, Text(2_000)),
    ("ledger_account_id", true, Text(32)),
    ("quantity", true, Number(4)),
    ("unit_price", true, Number(2)),
    ("tax_rate_id", false, Text(50)),
    ("tax_amount", false, Number(2)),
];

pub(super) const SALES_INVOICE: Shape = &[
    ("contact_id", true, Text(32)),
    ("date", true, Date),
    ("due_date", false, Date),
    ("reference", false, Text(25)),
    ("currency_id", false, Text(3)),
    ("invoice_lines", true, List(LINE)),
];

pub(super) const SALES_CREDIT_NOTE: Shape = &[
    ("contact_id", true, Text(32)),
    ("date", true, Date),
    ("reference", false, Text(25)),
    ("currency_id", false, Text(3)),
    ("credit_note_lines", true, List(LINE)),
];

pub(super) const CONTACT_PAYMENT: Shape = &[
    ("transaction_type_id", true, Word(&["CUSTOMER_RECEIPT", "CUSTOMER_REFUND"])),
    ("contact_id", true, Text(32)),
    ("bank_account_id", true, Text(32)),
    ("date", true, Date),
    ("total_amount", true, Number(2)),
    ("reference", false, Text(25)),
    ("currency_id", false, Text(3)),
    ("allocated_artefacts", false, List(&[("artefact_id", true, Text(32)), ("amount", true, Number(2))])),
];

pub(super) const JOURNAL: Shape = &[
    ("date", true, Date),
    ("reference", true, Text(25)),
    ("description", false, Text(200)),
    (
        "journal_lines",
        true,
        List(&[
            ("ledger_account_id", true, Text(32)),
            ("debit", true, Number(2)),
            ("credit", true, Number(2)),
            ("details", false, Text(200)),
        ]),
    ),
];
