//! Static analysis of a script, including branches that are never taken.

use std::collections::BTreeSet;

use rhai::{AST, ASTFlags, ASTNode, Expr, FnCallExpr, Position, Stmt};

use crate::failure::Finding;
use crate::{Rule, contract, functions};

/// The findings.
#[derive(Default)]
pub struct LintReport {
    /// Errors.
    pub errors: Vec<Finding>,
    /// Warnings.
    pub warnings: Vec<Finding>,
}

const UNREACHABLE: &str = "this code is unreachable";

/// Analyses a script.
pub fn lint(rule: Rule, ast: &AST) -> LintReport {
    let decide = ast.shared_lib().get_script_fn("decide", 1);
    let mut linter = Linter {
        rule,
        input: decide.and_then(|decide| decide.params.first()).map(ToString::to_string).unwrap_or_default(),
        own: script_function_arities(ast),
        report: LintReport::default(),
        used: BTreeSet::new(),
        mentions: 0,
        field_reads: 0,
    };
    let ends: Vec<_> =
        ast.shared_lib().iter_script_fn_info().map(|(.., function)| function.body.end_position()).collect();
    let mut diverged_at = None;
    ast.walk(&mut |path: &[ASTNode]| {
        match path.last() {
            Some(ASTNode::Expr(expression)) => linter.expression(expression),
            Some(ASTNode::Stmt(statement)) => {
                // The statements of function bodies arrive one by one, function by function.
                if path.len() == 1 {
                    let at = statement.position();
                    let same_function = |start: &Position| !ends.iter().any(|end| start < end && *end < at);
                    if diverged_at.filter(same_function).is_some_and(|start| start < at) {
                        linter.report.warnings.push(Finding::at(at, UNREACHABLE));
                    }
                    diverged_at = diverges(statement).then_some(at);
                }
                linter.statement(statement);
            }
            _ => {}
        }
        true
    });
    linter.unused_fields(decide.map_or(Position::NONE, |decide| decide.body.start_position()));
    let mut report = linter.report;
    report.errors.sort_by_key(|finding| (finding.line, finding.column));
    report.warnings.sort_by_key(|finding| (finding.line, finding.column));
    report.errors.dedup();
    report.warnings.dedup();
    report
}

fn script_function_arities(ast: &AST) -> BTreeSet<(String, usize)> {
    ast.shared_lib()
        .iter_script_fn_info()
        .map(|(.., function)| (function.name.to_string(), function.params.len()))
        .collect()
}

struct Linter {
    rule: Rule,
    /// The name of the parameter of `decide`.
    input: String,
    own: BTreeSet<(String, usize)>,
    report: LintReport,
    used: BTreeSet<String>,
    mentions: usize,
    field_reads: usize,
}

impl Linter {
    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::FnCall(call, at) => self.call(call, 0, *at),
            Expr::MethodCall(call, at) => self.call(call, 1, *at),
            Expr::Variable(variable, ..) if variable.1 == self.input.as_str() => {
                self.mentions = self.mentions.saturating_add(1);
            }
            Expr::Dot(parts, ..) => self.field_read(&parts.lhs, &parts.rhs),
            Expr::Index(parts, ..) => {
                if let (Expr::Variable(variable, ..), Expr::StringConstant(field, at)) = (&parts.lhs, &parts.rhs)
                    && variable.1 == self.input.as_str()
                {
                    self.field_reads = self.field_reads.saturating_add(1);
                    self.field(field, *at);
                }
            }
            _ => {}
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FnCall(call, at) => self.call(call, 0, *at),
            Stmt::If(parts, at) => {
                if let Expr::BoolConstant(always, _) = parts.expr {
                    let message =
                        if always { "this condition is always true" } else { "this condition is always false" };
                    self.report.warnings.push(Finding::at(*at, message));
                }
                self.warn_unreachable(parts.body.statements());
                self.warn_unreachable(parts.branch.statements());
            }
            Stmt::While(parts, _) | Stmt::Do(parts, ..) => self.warn_unreachable(parts.body.statements()),
            Stmt::For(parts, _) => self.warn_unreachable(parts.2.body.statements()),
            Stmt::Block(block) => self.warn_unreachable(block.statements()),
            _ => {}
        }
    }

    fn call(&mut self, call: &FnCallExpr, receiver: usize, at: Position) {
        let name = call.name.as_str();
        // Scripts cannot write `curry`: the parser inserts it where a closure captures variables.
        if call.op_token.is_some() || name == "curry" {
            return;
        }
        let given = call.args.len();
        let own = self.own.contains(&(name.to_owned(), given));
        let known = functions::NAMES.iter().find(|(known, _)| *known == name);
        let wanted = given.saturating_add(receiver);
        if own || known.is_some_and(|(_, counts)| counts.contains(&wanted)) {
            return;
        }
        let another = self.own.iter().any(|(other, _)| other == name);
        let message = match known {
            Some(_) => format!("the function {name} does not take {}", values(wanted)),
            None if another => format!("the function {name} does not take {}", values(given)),
            None => format!("there is no function {name}"),
        };
        self.report.errors.push(Finding::at(at, message));
    }

    fn field_read(&mut self, lhs: &Expr, rhs: &Expr) {
        let Expr::Variable(variable, ..) = lhs else { return };
        if variable.1 != self.input.as_str() {
            return;
        }
        let property = match rhs {
            Expr::Property(property, at) => Some((property, at)),
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => match &parts.lhs {
                Expr::Property(property, at) => Some((property, at)),
                _ => None,
            },
            _ => None,
        };
        if let Some((property, at)) = property {
            self.field_reads = self.field_reads.saturating_add(1);
            self.field(&property.2, *at);
        }
    }

    fn field(&mut self, name: &str, at: Position) {
        let fields = contract::input_fields(self.rule);
        if !fields.contains(&name) {
            let message = format!("the input has no field {name}; it has {}", fields.join(", "));
            self.report.errors.push(Finding::at(at, message));
        }
        self.used.insert(name.to_owned());
    }

    /// Warns of fields that are never read, unless the input as a whole is passed on.
    fn unused_fields(&mut self, at: Position) {
        if self.mentions > self.field_reads {
            return;
        }
        let fields = contract::input_fields(self.rule).iter().copied();
        let unused: Vec<_> = fields.filter(|field| !self.used.contains(*field)).collect();
        if !unused.is_empty() {
            self.report.warnings.push(Finding::at(at, format!("unused input fields: {}", unused.join(", "))));
        }
    }

    /// Warns of statements after one that diverges.
    fn warn_unreachable(&mut self, statements: &[Stmt]) {
        for (statement, next) in statements.iter().zip(statements.iter().skip(1)) {
            if diverges(statement) && !matches!(next, Stmt::Noop(_)) {
                self.report.warnings.push(Finding::at(next.position(), UNREACHABLE));
            }
        }
    }
}

/// Whether control never continues after a statement.
fn diverges(statement: &Stmt) -> bool {
    match statement {
        Stmt::Return(..) | Stmt::BreakLoop(..) => true,
        Stmt::Block(block) => block.statements().last().is_some_and(diverges),
        Stmt::If(parts, _) => {
            parts.body.statements().last().is_some_and(diverges)
                && parts.branch.statements().last().is_some_and(diverges)
        }
        Stmt::While(parts, _) => matches!(parts.expr, Expr::Unit(_)) && !parts.body.statements().iter().any(breaks),
        _ => false,
    }
}

fn breaks(statement: &Stmt) -> bool {
    match statement {
        Stmt::BreakLoop(_, flags, _) => flags.contains(ASTFlags::BREAK),
        Stmt::If(parts, _) => {
            parts.body.statements().iter().any(breaks) || parts.branch.statements().iter().any(breaks)
        }
        Stmt::Block(block) => block.statements().iter().any(breaks),
        // Others may contain a `break`: do not warn.
        Stmt::Expr(_) | Stmt::Switch(..) => true,
        _ => false,
    }
}

fn values(count: usize) -> String {
    match count {
        1 => "1 value".to_owned(),
        count => format!("{count} values"),
    }
}
