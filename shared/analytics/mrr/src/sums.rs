//! What changed recurring revenue.

/// What changed in a period, for some customers together. Amounts are those of a year in the currency's smallest unit, and
/// positive under their names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Of customers who never paid before.
    pub new: i64,
    /// Of customers who pay more than before.
    pub expansion: i64,
    /// Of customers who pay less than before.
    pub contraction: i64,
    /// Of customers who pay nothing any more.
    pub churn: i64,
    /// Of customers who paid before, then nothing, and now pay again.
    pub reactivation: i64,
    /// How many customers are new.
    pub started: i64,
    /// How many came back.
    pub returned: i64,
    /// How many left.
    pub departed: i64,
    /// By how many the seats changed that are paid for.
    pub seats: i64,
}

impl Sums {
    /// The values, in the order of the columns.
    pub(crate) const fn values(self) -> [i64; 9] {
        let Self { new, expansion, contraction, churn, reactivation, started, returned, departed, seats } = self;
        [new, expansion, contraction, churn, reactivation, started, returned, departed, seats]
    }

    pub(crate) const fn of(values: [i64; 9]) -> Self {
        let [new, expansion, contraction, churn, reactivation, started, returned, departed, seats] = values;
        Self { new, expansion, contraction, churn, reactivation, started, returned, departed, seats }
    }

    /// By how much the amount of a year changed.
    pub const fn annual(&self) -> i64 {
        let more = self.new.saturating_add(self.expansion).saturating_add(self.reactivation);
        more.saturating_sub(self.contraction).saturating_sub(self.churn)
    }

    /// By how many the paying customers changed.
    pub const fn customers(&self) -> i64 {
        self.started.saturating_add(self.returned).saturating_sub(self.departed)
    }

    /// Whether nothing changed.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// These and `other`.
    pub fn add(&mut self, other: &Self) {
        let mut sums = self.values();
        for (sum, more) in sums.iter_mut().zip(other.values()) {
            *sum = sum.saturating_add(more);
        }
        *self = Self::of(sums);
    }

    /// These without `other`.
    pub fn subtract(&mut self, other: &Self) {
        let mut sums = self.values();
        for (sum, less) in sums.iter_mut().zip(other.values()) {
            *sum = sum.saturating_sub(less);
        }
        *self = Self::of(sums);
    }
}
