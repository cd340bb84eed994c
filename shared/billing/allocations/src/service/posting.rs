//! Posting documents and giving them back. Lines are only added, and each step of a document is one statement that takes the
//! document's next number: whoever began at an older state of the document adds nothing, and looks again.

use edge_capabilities::random;
use edge_database::DatabaseError;
use edge_invoices::Date;

use super::{Allocations, Document};
use crate::allocation::AllocationSource;
use crate::error::AllocationError;
use crate::gl_mapping::{GlKind, MappingTable};
use crate::line::{Action, Line};
use crate::split::give_back;

/// How often a step is tried again after somebody else was faster.
const MAX_ATTEMPTS: u32 = 20;

/// Documents in one read.
const PAGE: u32 = 100;

/// What a document is made of, as its lines say.
struct Posted {
    document: Document,
    lines: Vec<Line>,
}

/// What is left of a document of a kind and a department.
struct Left<'l> {
    line: &'l Line,
    amount: i64,
}

impl Posted {
    /// None: there are no lines.
    fn read(lines: Vec<Line>) -> Option<Self> {
        let first = lines.first()?;
        let mut amounts: Vec<(GlKind, i64)> = Vec::new();
        for line in lines.iter().filter(|line| line.action == Action::Post) {
            match amounts.iter_mut().find(|(kind, _)| *kind == line.kind) {
                Some((_, sum)) => *sum = sum.saturating_add(line.amount),
                None => amounts.push((line.kind, line.amount)),
            }
        }
        let document = Document {
            name: first.document.clone(),
            source: first.source.clone(),
            amounts,
            currency: first.currency,
            date: first.date,
            plan: first.plan.clone(),
            entity: None,
        };
        Some(Self { document, lines })
    }

    fn next_step(&self) -> i64 {
        self.lines.iter().map(|line| line.step).max().map_or(0, |step| step.saturating_add(1))
    }

    fn is_shared(&self) -> bool {
        self.lines.iter().any(|line| line.department.is_some())
    }

    /// What is left, of each kind and department, by the line that first named it.
    fn left(&self) -> Vec<Left<'_>> {
        let mut left: Vec<Left<'_>> = Vec::new();
        for line in &self.lines {
            let same = |known: &&mut Left<'_>| known.line.kind == line.kind && known.line.department == line.department;
            match left.iter_mut().find(same) {
                Some(known) => known.amount = known.amount.saturating_add(line.amount),
                None => left.push(Left { line, amount: line.amount }),
            }
        }
        left
    }

    /// How much was given back.
    fn given_back(&self) -> i64 {
        let back = self.lines.iter().filter(|line| line.action == Action::Reverse);
        back.fold(0, |sum: i64, line| sum.saturating_sub(line.amount))
    }
}

impl Allocations {
    /// Posts what `document` is split into, once however often it is posted; gives whether that is new. What nobody shares is
    /// a line of no department, which goes to departments as soon as somebody shares the source on the document's day.
    pub async fn post(&self, tenant: &str, document: &Document) -> Result<bool, AllocationError> {
        for _ in 0..MAX_ATTEMPTS {
            let Some(posted) = Posted::read(self.lines.of_document(tenant, &document.name).await?) else {
                let Some(lines) = self.document_lines(tenant, document).await? else { continue };
                if !self.lines.insert(&lines).await? {
                    continue;
                }
                if lines.iter().all(|line| line.department.is_none()) {
                    // Somebody may have begun to share it meanwhile, who did not see these lines.
                    self.allocate(tenant, &document.name).await?;
                }
                return Ok(true);
            };
            if posted.document.total() != document.total() || posted.document.currency != document.currency {
                return Err(AllocationError::OtherAmount);
            }
            if !posted.is_shared() {
                self.allocate(tenant, &document.name).await?;
            }
            return Ok(false);
        }
        Err(AllocationError::Busy)
    }

    /// The lines of a document that is not posted yet; None: its shares were changed since they were read.
    async fn document_lines(&self, tenant: &str, document: &Document) -> Result<Option<Vec<Line>>, AllocationError> {
        let found = self.sources.find(tenant, &document.source).await?;
        let mut lines = self.shared_lines(tenant, document, found.as_ref(), Action::Post).await?;
        if !self.pin(found.as_ref(), document.date, &lines).await? {
            return Ok(None);
        }
        if lines.is_empty() {
            // A document of nothing is posted too, so that it is known to be.
            let kind = document.amounts.first().map_or(GlKind::Revenue, |(kind, _)| *kind);
            lines.push(self.line(tenant, document, Action::Post, kind));
        }
        Ok(Some(self.identified(numbered(lines, 0))))
    }

    /// Has the shares that `lines` come from stay as they are; false: they were changed since they were read.
    async fn pin(&self, source: Option<&AllocationSource>, day: Date, lines: &[Line]) -> Result<bool, DatabaseError> {
        match source {
            Some(source) if lines.iter().any(|line| line.department.is_some()) => self.sources.pin(source, day).await,
            _ => Ok(true),
        }
    }

    /// The lines of `document` as `source` is shared, without numbers and without those of nothing.
    async fn shared_lines(
        &self,
        tenant: &str,
        document: &Document,
        source: Option<&AllocationSource>,
        action: Action,
    ) -> Result<Vec<Line>, AllocationError> {
        let shares = source.map(|source| source.on(document.date)).unwrap_or_default();
        let shares = self.with_departments(tenant, document.date, &shares).await?;
        let kinds: Vec<GlKind> = document.amounts.iter().map(|(kind, _)| *kind).collect();
        let amounts: Vec<i64> = document.amounts.iter().map(|(_, amount)| *amount).collect();
        let table = self.gl_mappings.table(tenant, &kinds).await?;
        let plan = document.plan.as_deref();
        let mut lines = Vec::new();
        for (kind, split) in kinds.into_iter().zip(shares.split(&amounts, document.currency)) {
            let line = self.line(tenant, document, action, kind);
            for ((share, department), amount) in shares.each().zip(split.amounts) {
                let own = department.and_then(|department| department.gl_code.as_deref());
                let mapped = || table.code(kind, Some((&share.department, own)), plan);
                lines.push(Line {
                    entity: department.map(|department| department.entity.clone()),
                    department: Some(share.department.clone()),
                    cost_center: department.and_then(|department| department.cost_center.clone()),
                    gl_code: share.gl_code.clone().or_else(mapped),
                    amount,
                    ..line.clone()
                });
            }
            lines.push(Line { amount: split.unallocated, gl_code: table.code(kind, None, plan), ..line });
        }
        lines.retain(|line| line.amount != 0);
        Ok(lines)
    }

    /// A line of nothing, of no department.
    fn line(&self, tenant: &str, document: &Document, action: Action, kind: GlKind) -> Line {
        Line {
            id: String::new(),
            tenant: tenant.to_owned(),
            document: document.name.clone(),
            step: 0,
            number: 0,
            action,
            source: document.source.clone(),
            kind,
            entity: document.entity.clone(),
            department: None,
            cost_center: None,
            gl_code: None,
            plan: document.plan.clone(),
            amount: 0,
            currency: document.currency,
            date: document.date,
            posted_at: self.now(),
        }
    }

    /// Has what is left of a document that no department shares go to departments, if its source is shared on its day; gives
    /// whether it did.
    pub(crate) async fn allocate(&self, tenant: &str, document: &str) -> Result<bool, AllocationError> {
        for _ in 0..MAX_ATTEMPTS {
            let Some(posted) = Posted::read(self.lines.of_document(tenant, document).await?) else { return Ok(false) };
            if posted.is_shared() {
                return Ok(false);
            }
            let left = posted.left();
            let amounts = left.iter().map(|left| (left.line.kind, left.amount)).collect();
            let rest = Document { amounts, ..posted.document.clone() };
            let source = self.sources.find(tenant, &rest.source).await?;
            let mut lines = self.shared_lines(tenant, &rest, source.as_ref(), Action::Allocate).await?;
            lines.retain(|line| line.department.is_some());
            if lines.is_empty() {
                return Ok(false);
            }
            for Left { line, .. } in &left {
                let taken = lines.iter().filter(|taken| taken.department.is_some() && taken.kind == line.kind);
                let taken = taken.fold(0, |sum: i64, taken| sum.saturating_add(taken.amount));
                let (amount, posted_at) = (taken.saturating_neg(), self.now());
                lines.push(Line { amount, posted_at, action: Action::Allocate, ..(*line).clone() });
            }
            lines.retain(|line| line.amount != 0);
            if self.pin(source.as_ref(), rest.date, &lines).await?
                && self.lines.insert(&self.identified(numbered(lines, posted.next_step()))).await?
            {
                return Ok(true);
            }
        }
        Err(AllocationError::Busy)
    }

    /// Looks again at the documents of `source` that no department shares, because its shares have changed.
    pub(crate) async fn repost(&self, source: &AllocationSource) -> Result<(), AllocationError> {
        let mut after = String::new();
        loop {
            let found = self.lines.unshared(&source.tenant, &source.source, &after, PAGE).await?;
            let Some(last) = found.last() else { break };
            after.clone_from(last);
            for document in &found {
                self.allocate(&source.tenant, document).await?;
            }
        }
        Ok(self.sources.reposted(source).await?)
    }

    /// Posts that `total` of a document, of its sign, was given back in all by `day`; gives how much of that is new. It is
    /// split as what is left of the document is, so that all of it is given back by its negative. `is_refund`: money was given
    /// back, which goes to the account for refunds where there is one, else to the account of what is given back. A document
    /// that was not posted gives nothing back.
    pub async fn reverse(
        &self,
        tenant: &str,
        document: &str,
        total: i64,
        day: Date,
        is_refund: bool,
    ) -> Result<i64, AllocationError> {
        for _ in 0..MAX_ATTEMPTS {
            let Some(posted) = Posted::read(self.lines.of_document(tenant, document).await?) else { return Ok(0) };
            let all = posted.document.total();
            let total = if all < 0 { total.clamp(all, 0) } else { total.clamp(0, all) };
            let new = total.saturating_sub(posted.given_back());
            if new == 0 || (new < 0) != (all < 0) {
                return Ok(0);
            }
            let left = posted.left();
            let keys: Vec<_> = left
                .iter()
                .map(|Left { line, amount }| ((line.department.is_none(), &line.department, line.kind), *amount))
                .collect();
            let table = if is_refund { Some(self.gl_mappings.table(tenant, &[GlKind::Refund]).await?) } else { None };
            let back = |(Left { line, .. }, amount): (&Left<'_>, i64)| Line {
                amount: amount.saturating_neg(),
                action: Action::Reverse,
                gl_code: refund_code(table.as_ref(), line).or_else(|| line.gl_code.clone()),
                date: day,
                posted_at: self.now(),
                ..(*line).clone()
            };
            let mut lines: Vec<Line> = left.iter().zip(give_back(new, &keys)).map(back).collect();
            lines.retain(|line| line.amount != 0);
            if self.lines.insert(&self.identified(numbered(lines, posted.next_step()))).await? {
                return Ok(new);
            }
        }
        Err(AllocationError::Busy)
    }

    /// Gives each line an id.
    fn identified(&self, lines: Vec<Line>) -> Vec<Line> {
        let id = || format!("aln_{}", random::hex::<12>(&*self.capabilities.random));
        lines.into_iter().map(|line| Line { id: id(), ..line }).collect()
    }
}

fn refund_code(table: Option<&MappingTable>, line: &Line) -> Option<String> {
    table?.of_kind(GlKind::Refund, line.department.as_deref(), line.plan.as_deref()).map(str::to_owned)
}

/// The lines of the step `step`.
fn numbered(lines: Vec<Line>, step: i64) -> Vec<Line> {
    let lines = (0_i64..).zip(lines);
    lines.map(|(number, line)| Line { step, number, ..line }).collect()
}
