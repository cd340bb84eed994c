//! The chart of accounts of BHM001, as far as subscriptions touch it.

/// An account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// 1200, an asset: what came in by Razorpay.
    BankRazorpay,
    /// 1201, an asset: what came in by Stripe.
    BankStripe,
    /// 2100, a liability: what was paid for ahead.
    UnearnedRevenue,
    /// 2200, a liability: tax that is owed on.
    TaxPayable,
    /// 4100 to 4103, income: by product.
    Revenue(Product),
}

/// Whose revenue it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Product {
    /// Any other plan of Workspace.
    Workspace,
    /// Starter.
    Starter,
    /// Professional.
    Professional,
    /// Enterprise.
    Enterprise,
}

/// Who took the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gateway {
    /// Razorpay, also where BheemPay tells of it.
    Razorpay,
    /// Stripe.
    Stripe,
}

impl Account {
    /// Its number.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BankRazorpay => "1200",
            Self::BankStripe => "1201",
            Self::UnearnedRevenue => "2100",
            Self::TaxPayable => "2200",
            Self::Revenue(Product::Workspace) => "4100",
            Self::Revenue(Product::Starter) => "4101",
            Self::Revenue(Product::Professional) => "4102",
            Self::Revenue(Product::Enterprise) => "4103",
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BankRazorpay => "Bank - Razorpay",
            Self::BankStripe => "Bank - Stripe",
            Self::UnearnedRevenue => "Unearned Revenue (Deferred)",
            Self::TaxPayable => "GST/Tax Payable",
            Self::Revenue(Product::Workspace) => "Subscription Revenue - Workspace",
            Self::Revenue(Product::Starter) => "Subscription Revenue - Starter",
            Self::Revenue(Product::Professional) => "Subscription Revenue - Professional",
            Self::Revenue(Product::Enterprise) => "Subscription Revenue - Enterprise",
        }
    }
}

impl Product {
    /// The product that a plan is of, by its code (`WORKSPACE-STARTER`) or its name.
    pub fn of_plan(code_or_name: &str) -> Self {
        let upper = code_or_name.to_ascii_uppercase();
        let mut words = upper.split(|char: char| !char.is_ascii_alphanumeric());
        let product = words.find_map(|word| match word {
            "STARTER" => Some(Self::Starter),
            "PRO" | "PROFESSIONAL" => Some(Self::Professional),
            "ENTERPRISE" => Some(Self::Enterprise),
            _ => None,
        });
        product.unwrap_or(Self::Workspace)
    }
}

impl Gateway {
    /// The account that its money comes into.
    pub const fn bank(self) -> Account {
        match self {
            Self::Razorpay => Account::BankRazorpay,
            Self::Stripe => Account::BankStripe,
        }
    }

    /// As the ERP writes it: `RAZORPAY`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Razorpay => "RAZORPAY",
            Self::Stripe => "STRIPE",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_of_the_product_that_it_names_by_a_whole_word() {
        for (plan, product) in [
            ("WORKSPACE-STARTER", Product::Starter),
            ("workspace-pro", Product::Professional),
            ("Professional", Product::Professional),
            ("Bheem Workspace Enterprise (annual)", Product::Enterprise),
            ("WORKSPACE-PROMO", Product::Workspace),
            ("", Product::Workspace),
        ] {
            assert_eq!(Product::of_plan(plan), product, "{plan}");
        }
    }
}
