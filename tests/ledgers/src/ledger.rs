//! A stand-in.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes};
use futures::stream;
use http::Response;

use crate::Now;
use crate::books::{Books, Stored};
use crate::call::{Call, Reply};
use crate::fault::{Fault, FaultKind, Faults};
use crate::limit::{Counted, Limits};
use crate::provider::Spec;

/// A stand-in for one provider.
pub struct Ledger {
    spec: &'static Spec,
    books: Mutex<Books>,
    faults: Mutex<Faults>,
    calls: Mutex<BTreeMap<String, u64>>,
    counted: Mutex<Counted>,
    now: Now,
    ahead: AtomicI64,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ledger {
    pub(crate) fn new(spec: &'static Spec, now: Now) -> Self {
        Self {
            spec,
            books: Mutex::new(Books::new(spec.company)),
            faults: Mutex::default(),
            calls: Mutex::default(),
            counted: Mutex::default(),
            now,
            ahead: AtomicI64::new(0),
        }
    }

    /// Its name: `xero`.
    pub fn name(&self) -> &'static str {
        self.spec.name
    }

    /// Its books, to look at and to change. Let go of them before the next call.
    pub fn books(&self) -> MutexGuard<'_, Books> {
        locked(&self.books)
    }

    /// What was written, in order.
    pub fn documents(&self) -> Vec<Stored> {
        self.books().documents.clone()
    }

    /// Has `fault` happen.
    pub fn order(&self, fault: Fault) {
        locked(&self.faults).0.push(fault);
    }

    /// The faults to come.
    pub fn faults(&self) -> Vec<Fault> {
        locked(&self.faults).0.clone()
    }

    /// All is well again.
    pub fn clear_faults(&self) {
        locked(&self.faults).0.clear();
    }

    /// How often each method and path was called.
    pub fn calls(&self) -> BTreeMap<String, u64> {
        locked(&self.calls).clone()
    }

    /// How many calls began with `call`: `POST /api.xro/2.0/Invoices`.
    pub fn calls_to(&self, call: &str) -> u64 {
        locked(&self.calls).iter().filter(|(name, _)| name.starts_with(call)).map(|(_, count)| count).sum()
    }

    /// Counts calls from zero.
    pub fn forget_calls(&self) {
        locked(&self.calls).clear();
    }

    /// Answers so many requests from now on.
    pub fn limit(&self, limits: Limits) {
        *locked(&self.counted) = Counted::within(limits);
    }

    /// How many requests are answered, and how many were too many.
    pub fn limits(&self) -> (Limits, u64) {
        let counted = locked(&self.counted);
        (counted.limits, counted.refused)
    }

    /// Sets how far its clock is ahead, milliseconds.
    pub fn set_ahead(&self, millis: i64) {
        self.ahead.store(millis, Ordering::SeqCst);
    }

    /// What time it is there, milliseconds since 1970.
    pub fn now(&self) -> i64 {
        (self.now)().saturating_add(self.ahead.load(Ordering::SeqCst))
    }

    /// As it was at the beginning.
    pub fn reset(&self) {
        *self.books() = Books::new(self.spec.company);
        self.clear_faults();
        self.forget_calls();
        self.limit(Limits::default());
        self.set_ahead(0);
    }

    fn act(&self, call: &Call) -> Reply {
        let mut books = self.books();
        books.now = self.now();
        (self.spec.answer)(&mut books, call)
    }

    pub(crate) async fn answer(&self, call: Call) -> Response<Body> {
        let name = call.name();
        let is_api = call.headers.contains_key("authorization") && !name.contains("token");
        let too_many = if is_api { locked(&self.counted).count(self.now()) } else { None };
        let fault = too_many.or_else(|| locked(&self.faults).next(&name));
        let count = |calls: &mut BTreeMap<String, u64>| {
            let count = calls.entry(name).or_default();
            *count = count.saturating_add(1);
        };
        count(&mut locked(&self.calls));
        match fault {
            None => self.act(&call).into_response(),
            Some(FaultKind::Lost) => {
                self.act(&call);
                std::future::pending().await
            }
            Some(FaultKind::Unheard) => std::future::pending().await,
            Some(FaultKind::Cut) => {
                self.act(&call);
                let broken = std::io::Error::other("cut on purpose");
                let body = stream::iter([Ok(Bytes::from_static(b"{\"")), Err(broken)]);
                Response::new(Body::from_stream(body))
            }
            Some(FaultKind::Garbage) => {
                let mut reply = self.act(&call);
                reply.body = "{\"Status\": \"O".to_owned();
                reply.into_response()
            }
            Some(kind) => {
                if kind == FaultKind::Duplicate {
                    self.act(&call);
                }
                (self.spec.refuse)(&kind, &call).into_response()
            }
        }
    }
}
