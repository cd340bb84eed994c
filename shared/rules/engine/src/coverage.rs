//! The coverage of a script by its tests.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Expr, Position, Stmt};
use serde::Serialize;
use utoipa::ToSchema;

use crate::run::{Place, lines};

/// How much of a script is covered by its tests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// The number of executable lines.
    pub lines: usize,
    /// The executable lines that no test reaches.
    pub missed_lines: Vec<usize>,
    /// The number of branches: each `if`, each `else` (also where it is not written), each case of a `switch` and each
    /// loop.
    pub branches: usize,
    /// The lines where branches begin that no test takes.
    pub missed_branches: Vec<usize>,
}

impl Coverage {
    /// The percentage of covered lines and branches, rounded down; 100 if there are none.
    pub fn percent(&self) -> usize {
        let all = self.lines.saturating_add(self.branches);
        let missed = self.missed_lines.len().saturating_add(self.missed_branches.len());
        all.saturating_sub(missed).saturating_mul(100).checked_div(all).unwrap_or(100)
    }
}

/// Measures the coverage, given the places that tests visited.
pub fn measure(ast: &AST, visited: &BTreeMap<Place, u32>) -> Coverage {
    let mut all_lines = BTreeSet::new();
    let mut branches = Vec::new();
    ast.walk(&mut |path: &[ASTNode]| {
        if let Some(ASTNode::Stmt(statement)) = path.last() {
            if !matches!(statement, Stmt::Noop(_)) {
                all_lines.extend(statement.position().line());
            }
            add_branches(statement, visited, &mut branches);
        }
        true
    });
    let reached = lines(visited);
    let missed = branches.iter().filter(|(_, taken)| !taken).map(|(line, _)| *line);
    Coverage {
        lines: all_lines.len(),
        missed_lines: all_lines.difference(&reached).copied().collect(),
        branches: branches.len(),
        missed_branches: missed.collect(),
    }
}

/// Adds the branches of a statement: the line where each begins, and whether it was taken.
fn add_branches(statement: &Stmt, visited: &BTreeMap<Place, u32>, branches: &mut Vec<(usize, bool)>) {
    let line = |position: Position| position.line().unwrap_or(0);
    match statement {
        Stmt::If(parts, at) => {
            let times_then = times_executed(parts.body.statements(), visited);
            branches.push((line(parts.body.position()), times_then > 0));
            match parts.branch.statements() {
                [] | [Stmt::Noop(_)] => {
                    branches.push((line(*at), times(*at, true, visited) > times_then));
                }
                statements => {
                    let begins = statements.first().map_or(*at, Stmt::position);
                    branches.push((line(begins), times_executed(statements, visited) > 0));
                }
            }
        }
        Stmt::Switch(parts, _) => {
            for case in &parts.1.expressions {
                let at = first_position(&case.rhs);
                branches.push((line(at), executed(&case.rhs, visited) > 0));
            }
        }
        Stmt::While(parts, _) | Stmt::Do(parts, ..) => {
            branches.push((line(parts.body.position()), times_executed(parts.body.statements(), visited) > 0));
        }
        Stmt::For(parts, _) => {
            let body = &parts.2.body;
            branches.push((line(body.position()), times_executed(body.statements(), visited) > 0));
        }
        _ => {}
    }
}

/// How often the first of `statements` was executed.
fn times_executed(statements: &[Stmt], visited: &BTreeMap<Place, u32>) -> u32 {
    match statements.first() {
        None => 0,
        Some(Stmt::Expr(expression)) => executed(expression, visited),
        Some(statement) => times(statement.position(), true, visited),
    }
}

fn executed(expression: &Expr, visited: &BTreeMap<Place, u32>) -> u32 {
    match expression {
        Expr::Stmt(block) => times_executed(block.statements(), visited),
        expression => times(expression.position(), false, visited),
    }
}

fn first_position(expression: &Expr) -> Position {
    match expression {
        Expr::Stmt(block) => block.statements().first().map_or(block.position(), Stmt::position),
        expression => expression.position(),
    }
}

fn times(at: Position, statement: bool, visited: &BTreeMap<Place, u32>) -> u32 {
    let place = at.line().map(|line| (line, at.position().unwrap_or(0), statement));
    place.and_then(|place| visited.get(&place)).copied().unwrap_or(0)
}
