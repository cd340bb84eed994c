//! What a template may not do, found when it is saved. The parser and what comes after it call themselves for each part of
//! an expression, so the length of expressions is bounded before they are parsed.

use std::collections::BTreeSet;

use minijinja::machinery::ast::{CallArg, Expr, Stmt};
use minijinja::machinery::{Token, parse, tokenize};
use minijinja::syntax::SyntaxConfig;

use super::{FILTERS, TESTS, TemplateError};

/// The longest template, bytes.
pub(crate) const MAX_SOURCE: usize = 16 << 10;

/// The most words and signs within one pair of braces.
const MAX_TOKENS: usize = 60;

/// The most `{% … %}`.
const MAX_BLOCKS: usize = 100;

/// The most blocks within each other.
const MAX_DEPTH: usize = 8;

/// What a template may speak of.
const NAMES: [&str; 3] = ["contact", "campaign", "unsubscribe_url"];

/// Finds what is wrong with `source`.
pub(crate) fn check(source: &str) -> Result<(), TemplateError> {
    if source.trim().is_empty() {
        return Err(TemplateError::Blank);
    }
    if source.len() > MAX_SOURCE {
        return Err(TemplateError::TooLong(MAX_SOURCE));
    }
    measure(source)?;
    let template = parse(source, "template", SyntaxConfig::default())?;
    let mut known: BTreeSet<&str> = NAMES.into();
    let mut walk = Walk { known: &mut known };
    walk.statement(&template)
}

/// Counts the parts of `source`.
fn measure(source: &str) -> Result<(), TemplateError> {
    let (mut tokens, mut blocks, mut depth, mut begins) = (0_usize, 0_usize, 0_usize, false);
    for token in tokenize(source, false, SyntaxConfig::default()) {
        let (token, span) = token?;
        let error = |reason: &str| Err(TemplateError::at(usize::from(span.start_line), reason));
        let is_name = begins;
        begins = matches!(token, Token::BlockStart);
        match token {
            Token::VariableStart => tokens = 0,
            Token::BlockStart => {
                (tokens, blocks) = (0, blocks.saturating_add(1));
                if blocks > MAX_BLOCKS {
                    return error("there are too many {% … %} in the template");
                }
            }
            Token::Ident("if" | "for") if is_name => {
                depth = depth.saturating_add(1);
                if depth > MAX_DEPTH {
                    return error("too many blocks are within each other");
                }
            }
            Token::Ident("endif" | "endfor") if is_name => depth = depth.saturating_sub(1),
            _ => {}
        }
        tokens = tokens.saturating_add(1);
        if tokens > MAX_TOKENS {
            return error("the expression is too long");
        }
    }
    Ok(())
}

struct Walk<'k, 's> {
    /// The names that have a value.
    known: &'k mut BTreeSet<&'s str>,
}

impl<'s> Walk<'_, 's> {
    fn statements(&mut self, statements: &[Stmt<'s>]) -> Result<(), TemplateError> {
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &Stmt<'s>) -> Result<(), TemplateError> {
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitRaw(_) => Ok(()),
            Stmt::EmitExpr(emitted) => self.expression(&emitted.expr),
            Stmt::IfCond(block) => {
                self.expression(&block.expr)?;
                self.statements(&block.true_body)?;
                self.statements(&block.false_body)
            }
            Stmt::ForLoop(block) => {
                let line = usize::from(block.span().start_line);
                if block.recursive {
                    return Err(TemplateError::at(line, "a loop may not call itself"));
                }
                self.expression(&block.iter)?;
                let before = self.known.clone();
                self.target(&block.target)?;
                self.known.insert("loop");
                if let Some(filter) = &block.filter_expr {
                    self.expression(filter)?;
                }
                self.statements(&block.body)?;
                *self.known = before;
                self.statements(&block.else_body)
            }
            // Forty times `a + a` of a list takes no time to say, and years to go through.
            Stmt::Set(set) => refused(set.span().start_line, "set"),
            Stmt::WithBlock(block) => refused(block.span().start_line, "with"),
            Stmt::SetBlock(block) => refused(block.span().start_line, "set … endset"),
            Stmt::AutoEscape(block) => refused(block.span().start_line, "autoescape"),
            Stmt::FilterBlock(block) => refused(block.span().start_line, "filter"),
            Stmt::Do(block) => refused(block.span().start_line, "do"),
        }
    }

    /// A name that the template gives to a value.
    fn target(&mut self, target: &Expr<'s>) -> Result<(), TemplateError> {
        match target {
            Expr::Var(name) => {
                self.known.insert(name.id);
                Ok(())
            }
            Expr::Tuple(names) => names.items.iter().try_for_each(|name| self.target(name)),
            Expr::List(names) => names.items.iter().try_for_each(|name| self.target(name)),
            other => Err(TemplateError::at(usize::from(other.span().start_line), "a value needs a plain name")),
        }
    }

    fn all(&mut self, expressions: &[Expr<'s>]) -> Result<(), TemplateError> {
        expressions.iter().try_for_each(|expression| self.expression(expression))
    }

    fn arguments(&mut self, arguments: &[CallArg<'s>]) -> Result<(), TemplateError> {
        arguments.iter().try_for_each(|argument| match argument {
            CallArg::Pos(value) | CallArg::Kwarg(_, value) | CallArg::PosSplat(value) | CallArg::KwargSplat(value) => {
                self.expression(value)
            }
        })
    }

    fn expression(&mut self, expression: &Expr<'s>) -> Result<(), TemplateError> {
        let line = usize::from(expression.span().start_line);
        match expression {
            Expr::Var(name) if self.known.contains(name.id) => Ok(()),
            Expr::Var(name) => {
                let reason = format!("`{}` is not known; there are contact, campaign and unsubscribe_url", name.id);
                Err(TemplateError::at(line, reason))
            }
            Expr::Const(_) => Ok(()),
            Expr::Slice(slice) => {
                self.expression(&slice.expr)?;
                [&slice.start, &slice.stop, &slice.step]
                    .into_iter()
                    .flatten()
                    .try_for_each(|part| self.expression(part))
            }
            Expr::UnaryOp(operation) => self.expression(&operation.expr),
            Expr::BinOp(operation) => {
                self.expression(&operation.left)?;
                self.expression(&operation.right)
            }
            Expr::Compare(comparison) => {
                self.expression(&comparison.expr)?;
                comparison.ops.iter().try_for_each(|operand| self.expression(&operand.expr))
            }
            Expr::IfExpr(choice) => {
                self.expression(&choice.test_expr)?;
                self.expression(&choice.true_expr)?;
                choice.false_expr.as_ref().map_or(Ok(()), |other| self.expression(other))
            }
            Expr::Filter(filter) => {
                if !FILTERS.contains(&filter.name) {
                    let reason = format!("there is no filter `{}`; there are {}", filter.name, FILTERS.join(", "));
                    return Err(TemplateError::at(line, reason));
                }
                filter.expr.as_ref().map_or(Ok(()), |value| self.expression(value))?;
                self.arguments(&filter.args)
            }
            Expr::Test(test) => {
                if !TESTS.contains(&test.name) {
                    let reason = format!("there is no test `{}`; there are {}", test.name, TESTS.join(", "));
                    return Err(TemplateError::at(line, reason));
                }
                self.expression(&test.expr)?;
                self.arguments(&test.args)
            }
            Expr::GetAttr(attribute) => self.expression(&attribute.expr),
            Expr::GetItem(item) => {
                self.expression(&item.expr)?;
                self.expression(&item.subscript_expr)
            }
            Expr::Call(_) => Err(TemplateError::at(line, "nothing can be called")),
            Expr::List(list) => self.all(&list.items),
            Expr::Tuple(tuple) => self.all(&tuple.items),
            Expr::Map(map) => {
                self.all(&map.keys)?;
                self.all(&map.values)
            }
        }
    }
}

fn refused(line: u16, name: &str) -> Result<(), TemplateError> {
    Err(TemplateError::at(usize::from(line), format!("`{name}` cannot be used")))
}
