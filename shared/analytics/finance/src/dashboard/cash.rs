//! What was billed and paid, what is still to be paid and for how long.

use std::collections::{BTreeMap, BTreeSet};

use edge_http::Problem;
use edge_invoices::{Age, InSpan, InvoicesOf, Outstanding};
use edge_money::{Currency, DecimalAmount};
use edge_payment_history::{HistoryQuery, PaymentTotals};
use serde::Serialize;
use utoipa::ToSchema;

use crate::figure::{Compared, Ratio, amount};
use crate::query::{ReportDays, ReportQuery};
use crate::router::AppState;

/// What was paid and given back in a period.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = ReportCollected)]
pub(crate) struct Collected {
    /// Payments that gateways reported as paid.
    #[schema(value_type = f64)]
    gateways: DecimalAmount,
    /// Payments of invoices that were recorded by hand. With `entity_id`: all payments of invoices.
    #[schema(value_type = f64)]
    invoices: DecimalAmount,
    /// The two together.
    #[schema(value_type = f64)]
    collected: DecimalAmount,
    /// What gateways reported as given back. With `entity_id`: 0.
    #[schema(value_type = f64)]
    refunded: DecimalAmount,
    /// `collected` less `refunded`.
    #[schema(value_type = f64)]
    net: DecimalAmount,
}

/// The invoices of a period.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = ReportInvoiced)]
pub(crate) struct Invoiced {
    /// The sum of their totals, with taxes.
    #[schema(value_type = f64)]
    amount: DecimalAmount,
    invoices: i64,
}

/// What is still to be paid of invoices, by how many days its due date is past.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = ReportReceivables)]
pub(crate) struct Receivables {
    #[schema(value_type = f64)]
    not_due: DecimalAmount,
    #[schema(value_type = f64)]
    days_1_30: DecimalAmount,
    #[schema(value_type = f64)]
    days_31_60: DecimalAmount,
    #[schema(value_type = f64)]
    days_61_90: DecimalAmount,
    #[schema(value_type = f64)]
    over_90_days: DecimalAmount,
    /// All ages together, without credits.
    #[schema(value_type = f64)]
    total: DecimalAmount,
    /// What was paid beyond totals, and totals below zero: no part of `total`.
    #[schema(value_type = f64)]
    credits: DecimalAmount,
    /// The invoices of which something is to be paid.
    invoices: i64,
}

/// What was read of invoices and payments.
#[derive(Default)]
pub(super) struct Cash {
    outstanding: Vec<Outstanding>,
    billed: Vec<InSpan>,
    paid: Vec<InSpan>,
    gateways: BTreeMap<(Currency, usize), PaymentTotals>,
}

impl Cash {
    /// The figures of `query`.
    pub(super) async fn read(state: &AppState, query: &ReportQuery) -> Result<Self, Problem> {
        let tenant = query.tenant.id.as_str();
        let ids = match query.entities() {
            Some(payers) => Some(state.consolidation.invoices_of(tenant, payers).await?),
            None => None,
        };
        let of = InvoicesOf { tenant, ids: ids.as_deref() };
        let spans = query.days.spans();
        let gateways = if query.entity.is_some() {
            BTreeMap::new()
        } else {
            state.collector.catch_up_for_answer().await?;
            let history = HistoryQuery {
                boundaries: query.days.boundaries(),
                organization: Some(tenant.to_owned()),
                application: None,
                currency: None,
                until: state.now(),
            };
            state.payments.totals(&history).await?
        };
        Ok(Self {
            outstanding: state.invoices.outstanding(of, &query.days.ends()).await?,
            billed: state.invoices.billed(of, &spans).await?,
            paid: state.invoices.paid(of, &spans, query.entity.is_some()).await?,
            gateways,
        })
    }

    /// The currencies that something is in.
    pub(super) fn currencies(&self, found: &mut BTreeSet<Currency>) {
        found.extend(self.outstanding.iter().map(|outstanding| outstanding.currency));
        found.extend(self.billed.iter().chain(&self.paid).map(|in_span| in_span.currency));
        found.extend(self.gateways.keys().map(|(currency, _)| *currency));
    }

    pub(super) fn collected(&self, currency: Currency) -> Compared<Collected> {
        Compared::of(|place| {
            let gateways = self.gateways.get(&(currency, place)).copied().unwrap_or_default();
            let invoices = sum_in(&self.paid, currency, place).0;
            let collected = gateways.collected.saturating_add(invoices);
            let amount = |minor| amount(minor, currency);
            Collected {
                gateways: amount(gateways.collected),
                invoices: amount(invoices),
                collected: amount(collected),
                refunded: amount(gateways.refunded),
                net: amount(collected.saturating_sub(gateways.refunded)),
            }
        })
    }

    pub(super) fn invoiced(&self, currency: Currency) -> Compared<Invoiced> {
        Compared::of(|place| {
            let (minor, invoices) = sum_in(&self.billed, currency, place);
            Invoiced { amount: amount(minor, currency), invoices }
        })
    }

    fn outstanding_in(&self, currency: Currency, place: usize) -> impl Iterator<Item = &Outstanding> {
        self.outstanding.iter().filter(move |found| found.currency == currency && found.place == place)
    }

    fn total(&self, currency: Currency, place: usize) -> i64 {
        let owed = self.outstanding_in(currency, place).filter(|found| found.age != Age::Credit);
        owed.fold(0, |sum: i64, found| sum.saturating_add(found.amount))
    }

    pub(super) fn receivables(&self, currency: Currency) -> Compared<Receivables> {
        Compared::of(|place| {
            let of_age = |age: Age| {
                let found = self.outstanding_in(currency, place).filter(|found| found.age == age);
                amount(found.fold(0, |sum: i64, found| sum.saturating_add(found.amount)), currency)
            };
            let owed = self.outstanding_in(currency, place).filter(|found| found.age != Age::Credit);
            Receivables {
                not_due: of_age(Age::NotDue),
                days_1_30: of_age(Age::UpTo30),
                days_31_60: of_age(Age::UpTo60),
                days_61_90: of_age(Age::UpTo90),
                over_90_days: of_age(Age::Over90),
                total: amount(self.total(currency, place), currency),
                credits: of_age(Age::Credit),
                invoices: owed.fold(0, |sum: i64, found| sum.saturating_add(found.invoices)),
            }
        })
    }

    /// Days sales outstanding: receivables ÷ sales × days, with one decimal. None: there were no sales.
    pub(super) fn dso(&self, days: &ReportDays, currency: Currency) -> Compared<Option<Ratio>> {
        let spans = days.spans();
        Compared::of(|place| {
            let length = spans.get(place).map_or(0, |span| span.from.days_until(span.to));
            let sales = sum_in(&self.billed, currency, place).0;
            (sales > 0).then(|| Ratio::of(self.total(currency, place), length, sales, 1)).flatten()
        })
    }
}

/// The sum and the count of what `found` has in a currency and a span.
fn sum_in(found: &[InSpan], currency: Currency, place: usize) -> (i64, i64) {
    let own = found.iter().filter(|found| found.currency == currency && found.place == place);
    own.fold((0, 0), |(sum, count), found| (sum.saturating_add(found.amount), count.saturating_add(found.count)))
}
