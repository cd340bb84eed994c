//! What may be written.

use crate::shape::Field::{Date, List, Number, Object, Text, Word};
use crate::shape::Shape;

const REFERENCE: Shape = &[("value", true, Text(50)), ("name", false, Text(100))];

const ADDRESS: Shape = &[
    ("Line1", false, Text(500)),
    ("Line2", false, Text(500)),
    ("Line3", false, Text(500)),
    ("Line4", false, Text(500)),
    ("Line5", false, Text(500)),
    ("City", false, Text(255)),
    ("Country", false, Text(255)),
    ("CountrySubDivisionCode", false, Text(255)),
    ("PostalCode", false, Text(30)),
];

pub(super) const CUSTOMER: Shape = &[
    ("DisplayName", true, Text(500)),
    ("CompanyName", false, Text(100)),
    ("PrintOnCheckName", false, Text(110)),
    ("PrimaryEmailAddr", false, Object(&[("Address", true, Text(100))])),
    ("BillAddr", false, Object(ADDRESS)),
    ("CurrencyRef", false, Object(REFERENCE)),
    ("PrimaryTaxIdentifier", false, Text(20)),
    ("Notes", false, Text(2_000)),
];

pub(super) const ITEM: Shape = &[
    ("Name", true, Text(100)),
    ("Type", true, Word(&["Service"])),
    ("Description", false, Text(4_000)),
    ("IncomeAccountRef", true, Object(REFERENCE)),
];

const SALES_LINE: Shape = &[
    ("Amount", true, Number(2)),
    ("Description", false, Text(4_000)),
    ("DetailType", true, Word(&["SalesItemLineDetail"])),
    (
        "SalesItemLineDetail",
        true,
        Object(&[
            ("ItemRef", true, Object(REFERENCE)),
            ("Qty", false, Number(7)),
            ("UnitPrice", false, Number(7)),
            ("TaxCodeRef", false, Object(REFERENCE)),
        ]),
    ),
];

pub(super) const INVOICE: Shape = &[
    ("CustomerRef", true, Object(REFERENCE)),
    ("DocNumber", false, Text(21)),
    ("TxnDate", true, Date),
    ("DueDate", true, Date),
    ("CurrencyRef", false, Object(REFERENCE)),
    ("GlobalTaxCalculation", false, Word(&["TaxExcluded", "TaxInclusive", "NotApplicable"])),
    ("PrivateNote", false, Text(4_000)),
    ("Line", true, List(SALES_LINE)),
];

pub(super) const REFUND_RECEIPT: Shape = &[
    ("CustomerRef", true, Object(REFERENCE)),
    ("DocNumber", false, Text(21)),
    ("TxnDate", true, Date),
    ("CurrencyRef", false, Object(REFERENCE)),
    ("GlobalTaxCalculation", false, Word(&["TaxExcluded", "TaxInclusive", "NotApplicable"])),
    ("PrivateNote", false, Text(4_000)),
    ("DepositToAccountRef", true, Object(REFERENCE)),
    ("Line", true, List(SALES_LINE)),
];

pub(super) const PAYMENT: Shape = &[
    ("CustomerRef", true, Object(REFERENCE)),
    ("TotalAmt", true, Number(2)),
    ("PaymentRefNum", false, Text(21)),
    ("TxnDate", true, Date),
    ("CurrencyRef", false, Object(REFERENCE)),
    ("DepositToAccountRef", false, Object(REFERENCE)),
    ("PrivateNote", false, Text(4_000)),
    (
        "Line",
        true,
        List(&[
            ("Amount", true, Number(2)),
            ("LinkedTxn", true, List(&[("TxnId", true, Text(20)), ("TxnType", true, Word(&["Invoice"]))])),
        ]),
    ),
];

pub(super) const JOURNAL_ENTRY: Shape = &[
    ("DocNumber", false, Text(21)),
    ("TxnDate", true, Date),
    ("CurrencyRef", false, Object(REFERENCE)),
    ("PrivateNote", false, Text(4_000)),
    (
        "Line",
        true,
        List(&[
            ("Amount", true, Number(2)),
            ("Description", false, Text(4_000)),
            ("DetailType", true, Word(&["JournalEntryLineDetail"])),
            (
                "JournalEntryLineDetail",
                true,
                Object(&[("PostingType", true, Word(&["Debit", "Credit"])), ("AccountRef", true, Object(REFERENCE))]),
            ),
        ]),
    ),
];
