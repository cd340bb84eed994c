//! The examples of the specification, and what holds for any payment: books that balance, and shares that add up, in currencies of any
//! number of decimals. The random seed is printed.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{Days, NaiveDate};
use edge_capabilities::testing::SeededRandom;
use edge_ledger::{
    Account, Entry, ErpRecords, Gateway, InvalidPayment, Payment, Product, Side, expected_records, expected_refund,
    prorate, recognition_schedule,
};
use edge_money::{Currency, Money};
use edge_plans::{Cycle, Plan, QuoteRequest};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn payment(amount: &str, cycle: Cycle) -> Payment {
    Payment {
        id: "pay_1".into(),
        gateway: Gateway::Razorpay,
        customer: "contact-1".into(),
        invoice: "INV-1".into(),
        amount: Money::parse(amount, Currency::INR).unwrap(),
        tax: 0,
        product: Product::of_plan("WORKSPACE-PROFESSIONAL"),
        cycle,
        paid_on: day("2025-01-01"),
        credits: 100,
    }
}

/// Date, account, debit, credit of each line.
fn written(records: &ErpRecords) -> Vec<(String, &'static str, String, String)> {
    written_entries(&records.journal)
}

fn written_entries(entries: &[Entry]) -> Vec<(String, &'static str, String, String)> {
    let mut lines = Vec::new();
    for entry in entries {
        for line in entry.lines() {
            let amount = entry.amount(line).to_decimal();
            let (debit, credit) =
                if line.side == Side::Debit { (amount, String::new()) } else { (String::new(), amount) };
            lines.push((entry.date().to_string(), line.account.code(), debit, credit));
        }
    }
    lines
}

fn line(date: &str, account: &'static str, debit: &str, credit: &str) -> (String, &'static str, String, String) {
    (date.into(), account, debit.into(), credit.into())
}

#[test]
fn a_month_of_professional_is_revenue_at_once() {
    let records = expected_records(&payment("2499", Cycle::Monthly)).unwrap();
    assert_eq!(
        written(&records),
        [line("2025-01-01", "1200", "2499.00", ""), line("2025-01-01", "4102", "", "2499.00")]
    );
    assert_eq!((records.payment.method, records.payment.status), ("RAZORPAY", "COMPLETED"));
    assert_eq!((records.invoice.status, records.invoice.number.as_str()), ("PAID", "INV-1"));
    assert_eq!((records.invoice.total, records.credits), (records.payment.amount, 100));
    assert!(records.journal.iter().all(|entry| entry.reference() == "INV-1"));
}

#[test]
fn a_years_price_is_unearned_at_first_and_recognized_monthly() {
    let records = expected_records(&payment("24990", Cycle::Annual)).unwrap();
    let written = written(&records);
    assert_eq!(written[..2], [line("2025-01-01", "1200", "24990.00", ""), line("2025-01-01", "2100", "", "24990.00")]);
    let ends = [
        "2025-01-31",
        "2025-02-28",
        "2025-03-31",
        "2025-04-30",
        "2025-05-31",
        "2025-06-30",
        "2025-07-31",
        "2025-08-31",
        "2025-09-30",
        "2025-10-31",
        "2025-11-30",
        "2025-12-31",
    ];
    let months: Vec<_> =
        ends.iter().flat_map(|end| [line(end, "2100", "2082.50", ""), line(end, "4102", "", "2082.50")]).collect();
    assert_eq!(written[2..], months);
}

#[test]
fn the_last_month_takes_the_remainder_and_tax_is_not_deferred() {
    let mut year = payment("1000.00", Cycle::Annual);
    (year.tax, year.gateway, year.product) = (15_254, Gateway::Stripe, Product::Starter);
    let written = written(&expected_records(&year).unwrap());
    assert_eq!(
        written[..3],
        [
            line("2025-01-01", "1201", "1000.00", ""),
            line("2025-01-01", "2100", "", "847.46"),
            line("2025-01-01", "2200", "", "152.54"),
        ]
    );
    // 847.46 = 11 × 70.62 + 70.64
    assert_eq!(written[3..5], [line("2025-01-31", "2100", "70.62", ""), line("2025-01-31", "4101", "", "70.62")]);
    assert_eq!(written[25..], [line("2025-12-31", "2100", "70.64", ""), line("2025-12-31", "4101", "", "70.64")]);
}

#[test]
fn an_invalid_payment_has_no_records() {
    for (amount, tax, why) in [
        ("0", 0, InvalidPayment::NotPositive),
        ("-1", 0, InvalidPayment::NotPositive),
        ("1", 101, InvalidPayment::Tax),
        ("1", -1, InvalidPayment::Tax),
    ] {
        let payment = Payment { tax, ..payment(amount, Cycle::Monthly) };
        assert_eq!(expected_records(&payment), Err(why), "{amount} {tax}");
    }
}

#[test]
fn the_entries_of_any_payment_balance_and_its_shares_add_up() {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let seed = std::env::var("SEED").map_or(seed, |seed| seed.parse().unwrap());
    println!("SEED={seed}");
    let random = SeededRandom::new(seed);
    let below = |bound: u64| i64::try_from(random.below(bound)).unwrap();
    for round in 0..20_000 {
        // None, two, three and four decimals.
        let code = ["JPY", "INR", "KWD", "CLF"][usize::try_from(random.below(4)).unwrap()];
        let currency = Currency::parse(code).unwrap();
        let largest = [100, 1_000_000, 1 << 53, i64::MAX as u64][usize::try_from(random.below(4)).unwrap()];
        let minor = below(largest).max(1);
        let cycle = [Cycle::Monthly, Cycle::Quarterly, Cycle::Annual][usize::try_from(random.below(3)).unwrap()];
        let payment = Payment {
            amount: Money { minor, currency },
            tax: if random.below(2) == 0 { 0 } else { below(u64::try_from(minor).unwrap() + 1) },
            cycle,
            paid_on: day("2020-01-01") + Days::new(random.below(4_000)),
            ..payment("1", cycle)
        };
        let records = expected_records(&payment).unwrap();
        let name = format!("SEED={seed}, round {round}: {payment:?}");
        let mut balances = BTreeMap::<Account, i128>::new();
        for entry in &records.journal {
            let mut sum = 0;
            for line in entry.lines() {
                assert!(line.minor > 0, "{name}");
                let signed = if line.side == Side::Debit { i128::from(line.minor) } else { -i128::from(line.minor) };
                sum += signed;
                *balances.entry(line.account).or_default() += signed;
            }
            assert_eq!(sum, 0, "{name}");
        }
        let balance = |account| balances.get(&account).copied().unwrap_or(0);
        assert_eq!(balance(Account::BankRazorpay), i128::from(minor), "{name}");
        assert_eq!(balance(Account::UnearnedRevenue), 0, "{name}: in the end nothing is owed");
        assert_eq!(balance(Account::TaxPayable), -i128::from(payment.tax), "{name}");
        assert_eq!(balance(Account::Revenue(payment.product)), -i128::from(minor - payment.tax), "{name}");
        assert!(records.journal.is_sorted_by_key(edge_ledger::Entry::date), "{name}");

        let months = 1 + u32::try_from(random.below(36)).unwrap();
        let shares = recognition_schedule(minor, payment.paid_on, months).unwrap();
        assert_eq!(shares.iter().map(|share| i128::from(share.minor)).sum::<i128>(), i128::from(minor), "{name}");
        let first = shares[0].minor;
        assert!(shares[..shares.len() - 1].iter().all(|share| share.minor == first), "{name}");
        assert!((0..i64::from(months)).contains(&(shares[shares.len() - 1].minor - first)), "{name}");

        let (start, length) = (below(1 << 40), 1 + below(1 << 40));
        let at = start + below(1 << 41) - (1 << 39);
        let parts = prorate(minor, start, start + length, at).unwrap();
        assert_eq!(parts.used + parts.unused, minor, "{name}");
        assert!(parts.used >= 0 && parts.unused >= 0, "{name}");
        // Written and read back, no digit is lost.
        let written = payment.amount.to_decimal();
        assert_eq!(Money::parse(&written, currency), Ok(payment.amount), "{name}");
    }
}

#[test]
fn a_quote_is_the_exact_sum_of_its_parts_in_any_currency() {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    println!("SEED={seed}");
    let random = SeededRandom::new(seed);
    for _ in 0..2_000 {
        let code = ["JPY", "INR", "KWD"][usize::try_from(random.below(3)).unwrap()];
        let currency = Currency::parse(code).unwrap();
        let amount = |bound| Money { minor: 1 + i64::try_from(random.below(bound)).unwrap(), currency };
        let (price, fee) = (amount(10_000_000), amount(100_000));
        let body = format!(
            r#"{{"sku_id":"s","currency":"{code}","base_price":{},"setup_fee":"{}","billing_cycle":"monthly"}}"#,
            price.to_decimal(),
            fee.to_decimal(),
        );
        let plan = Plan::read(body.as_bytes()).unwrap();
        let seats = 1 + i64::try_from(random.below(500)).unwrap();
        for (cycle, times) in [(Cycle::Monthly, 1), (Cycle::Quarterly, 3), (Cycle::Annual, 12)] {
            let order = QuoteRequest { cycle, tier_code: None, seats, is_first: true };
            let quote = plan.quote(&order).unwrap();
            assert_eq!(quote.amount.minor, price.minor * seats * times + fee.minor, "{body} {order:?}");
            assert_eq!(quote.amount.currency, currency);
        }
    }
}

#[test]
fn a_refund_takes_from_unearned_revenue_first_and_leaves_the_bank() {
    let refund = |payment: &Payment, minor: i64, before: i64, on: &str| {
        expected_refund(payment, minor, before, day(on)).map(|entry| written_entries(&[entry]))
    };
    let monthly = payment("2499", Cycle::Monthly);
    let lines = [line("2025-01-09", "4102", "499.50", ""), line("2025-01-09", "1200", "", "499.50")];
    assert_eq!(refund(&monthly, 49_950, 0, "2025-01-09").unwrap(), lines);
    let annual = payment("1200", Cycle::Annual);
    // After two of twelve months 1000.00 are unearned.
    for (minor, before, unearned, earned) in
        [(60_000, 0, "600.00", ""), (60_000, 60_000, "400.00", "200.00"), (120_000, 0, "1000.00", "200.00")]
    {
        let mut expected = vec![line("2025-03-05", "2100", unearned, "")];
        if !earned.is_empty() {
            expected.push(line("2025-03-05", "4102", earned, ""));
        }
        let total = Money { minor, currency: Currency::INR }.to_decimal();
        expected.push(line("2025-03-05", "1200", "", &total));
        assert_eq!(refund(&annual, minor, before, "2025-03-05").unwrap(), expected, "{minor} after {before}");
    }
    // Of the tax goes back what belongs to the amount; together all of it.
    let taxed = Payment { tax: 10, ..payment("1.00", Cycle::Monthly) };
    let taxes: Vec<i64> = [(33, 0), (33, 33), (34, 66)]
        .into_iter()
        .map(|(minor, before)| {
            let entry = expected_refund(&taxed, minor, before, day("2025-01-09")).unwrap();
            entry.lines().iter().filter(|line| line.account == Account::TaxPayable).map(|line| line.minor).sum()
        })
        .collect();
    assert_eq!((taxes.iter().sum::<i64>(), taxes.len()), (10, 3));
    for (minor, before) in [(0, 0), (-1, 0), (1, 249_900), (249_901, 0)] {
        assert_eq!(refund(&monthly, minor, before, "2025-01-09"), Err(InvalidPayment::NotPositive), "{minor}");
    }
}
