//! Compilation and execution of scripts.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use edge_capabilities::Clock;
use rhai::{AST, ASTFlags, CallFnOptions, Dynamic, EvalAltResult, ParseError, Position, Scope, Stmt};

use crate::failure::{Failure, FailureKind, Finding, Limit};
use crate::run::{self, Constants, RunStats};
use crate::sandbox::{self, MAX_SCRIPT_LEN};
use crate::tokens::{self, TokenKind};
use crate::{Rule, contract, functions, switches};

/// The maximum length of a script's error message, in characters.
const MAX_MESSAGE_LEN: usize = 500;

/// Compiles and runs scripts. It is set up on first use. One per instance.
pub struct Engine {
    clock: Arc<dyn Clock>,
    plain: OnceLock<rhai::Engine>,
    tracing: OnceLock<rhai::Engine>,
}

/// A compiled script.
#[derive(Debug)]
pub struct Compiled {
    rule: Rule,
    /// The script as it is executed.
    pub(crate) ast: AST,
    /// The script as it was written, with the positions that people see.
    pub(crate) source: AST,
    /// Errors that do not prevent execution.
    pub(crate) findings: Vec<Finding>,
    constants: Arc<Constants>,
}

impl Compiled {
    /// The rule that it was compiled for.
    pub const fn rule(&self) -> Rule {
        self.rule
    }
}

/// The result of an evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The outcome: JSON, in the contract's field order.
    pub outcome: String,
    /// The number of operations.
    pub operations: u64,
    /// The lines that the script printed; with `explain`, followed by the executed lines.
    pub log: Vec<String>,
}

impl Engine {
    /// Creates an engine that measures time by `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, plain: OnceLock::new(), tracing: OnceLock::new() }
    }

    /// Sets the engine up now instead of at the first decision, for a component that is initialised ahead of its first
    /// request. Reads neither the clock nor random numbers.
    pub fn prepare(&self) {
        self.plain();
    }

    fn plain(&self) -> &rhai::Engine {
        self.plain.get_or_init(|| sandbox::engine(self.clock.clone()))
    }

    fn tracing(&self) -> &rhai::Engine {
        self.tracing.get_or_init(|| sandbox::tracing(self.clock.clone()))
    }

    /// Compiles a script.
    ///
    /// # Errors
    ///
    /// The errors that prevent execution; [`Self::check`] finds more.
    pub fn compile(&self, rule: Rule, script: &str) -> Result<Compiled, Vec<Finding>> {
        if script.len() > MAX_SCRIPT_LEN {
            return Err(vec![Finding::whole(format!("the script is longer than {MAX_SCRIPT_LEN} bytes"))]);
        }
        let engine = self.plain();
        // Functions may use the script's constants, and the parser must know their names beforehand.
        let candidates = constant_candidates(script);
        let mut parsed = Parsed::of(engine, script, &candidates)?;
        check_top_level(&parsed.source)?;
        let constants = match parsed.run.statements() {
            [] => Constants::new(),
            _ => sandbox::constants(engine, &*self.clock, &parsed.run)
                .map_err(root_error)
                .map_err(|error| vec![Finding::at(error.position(), message_of(error))])?,
        };
        if candidates.iter().any(|name| !constants.contains_key(*name)) {
            let known = constants.keys().map(String::as_str).collect();
            parsed = Parsed::of(engine, script, &known)?;
        }
        let Parsed { mut source, run: mut ast, findings } = parsed;
        let own = script_functions(&source);
        let redefined: Vec<_> = own
            .iter()
            .filter_map(|(name, position)| {
                let known = functions::NAMES.iter().any(|(known, _)| known == name);
                known.then(|| Finding::at(*position, format!("a function {name} already exists: choose another name")))
            })
            .collect();
        if !redefined.is_empty() {
            return Err(redefined);
        }
        if ast.shared_lib().get_script_fn("decide", 1).is_none() {
            let position = own.iter().find(|(name, _)| name == "decide").map_or(Position::NONE, |(_, at)| *at);
            return Err(vec![Finding::at(position, "the script must define `fn decide(input)`, with one parameter")]);
        }
        ast.clear_statements();
        source.clear_statements();
        Ok(Compiled { rule, ast, source, findings, constants: Arc::new(constants) })
    }

    /// Runs a script on a JSON input. With `explain` the executed lines are logged.
    ///
    /// # Errors
    ///
    /// The input is invalid, the script fails or hits a limit, or its outcome is invalid.
    pub fn evaluate(&self, compiled: &Compiled, input: &str, explain: bool) -> Result<Evaluation, Failure> {
        let (outcome, mut stats) = self.run(compiled, input, explain);
        let outcome = outcome?;
        if explain {
            stats.log.extend(run::lines(&stats.visited).into_iter().map(|line| format!("line {line}")));
        }
        Ok(Evaluation { outcome, operations: stats.operations, log: stats.log })
    }

    pub(crate) fn run(&self, compiled: &Compiled, input: &str, trace: bool) -> (Result<String, Failure>, RunStats) {
        let engine = if trace { self.tracing() } else { self.plain() };
        let input = contract::script_input(compiled.rule, input);
        run::begin(self.clock.elapsed(), compiled.constants.clone());
        let outcome = input.and_then(|input| {
            let options = CallFnOptions::new().eval_ast(false);
            engine
                .call_fn_with_options::<Dynamic>(options, &mut Scope::new(), &compiled.ast, "decide", (input,))
                .map_err(failed)
        });
        let stats = run::end();
        let outcome = match (stats.limit_hit, outcome) {
            (Some(limit), outcome) => {
                Err(Failure { kind: FailureKind::Limit(limit), line: outcome.err().and_then(|failure| failure.line) })
            }
            (None, outcome) => outcome.and_then(|outcome| contract::outcome_json(compiled.rule, outcome)),
        };
        (outcome, stats)
    }
}

impl Finding {
    pub(crate) fn whole(message: impl Into<String>) -> Self {
        Self { line: 0, column: 0, message: message.into() }
    }

    pub(crate) fn at(position: Position, message: impl Into<String>) -> Self {
        let (line, column) = (position.line().unwrap_or(0), position.position().unwrap_or(0));
        Self { line, column, message: message.into() }
    }
}

/// Every word after the word `const`: a superset of the constants of the script.
fn constant_candidates(script: &str) -> BTreeSet<&str> {
    let mut words = script.split(|character: char| !character.is_alphanumeric() && character != '_');
    let mut names = BTreeSet::new();
    let mut after_const = false;
    for word in words.by_ref().filter(|word| !word.is_empty()) {
        if after_const {
            names.insert(word);
        }
        after_const = word == "const";
    }
    names
}

/// A parsed script.
struct Parsed {
    source: AST,
    run: AST,
    findings: Vec<Finding>,
}

impl Parsed {
    fn of(engine: &rhai::Engine, script: &str, constants: &BTreeSet<&str>) -> Result<Self, Vec<Finding>> {
        let (source, tokens) = tokens::record(|| parse(engine, script, constants));
        let source = source?;
        let inexact = tokens.iter().filter(|(token, _)| matches!(token, TokenKind::Decimal { is_exact: false, .. }));
        let mut findings: Vec<_> = inexact
            .map(|(_, at)| Finding::at(*at, "the number has more than 28 digits, which cannot be represented exactly"))
            .collect();
        let switches = switches::find(&tokens);
        findings.extend_from_slice(&switches.findings);
        if switches.is_empty() {
            return Ok(Self { run: source.clone(), source, findings });
        }
        let run = switches.rewrite_script(script).and_then(|run| parse(engine, &run, constants).ok());
        let run = run.unwrap_or_else(|| {
            // Such a script was executable before switches were rewritten, and remains so.
            findings.push(Finding::whole("the value of a switch is too deeply nested: assign it to a variable first"));
            source.clone()
        });
        Ok(Self { source, run, findings })
    }
}

fn parse(engine: &rhai::Engine, script: &str, constants: &BTreeSet<&str>) -> Result<AST, Vec<Finding>> {
    let mut scope = Scope::new();
    for name in constants {
        scope.push_constant(*name, ());
    }
    engine.compile_with_scope(&scope, script).map_err(|error| vec![parse_finding(&error)])
}

fn parse_finding(error: &ParseError) -> Finding {
    Finding::at(error.position(), error.err_type().to_string())
}

fn check_top_level(ast: &AST) -> Result<(), Vec<Finding>> {
    let findings: Vec<_> = ast
        .statements()
        .iter()
        .filter(|statement| !matches!(statement, Stmt::Noop(_)))
        .filter(|statement| !matches!(statement, Stmt::Var(_, flags, _) if flags.contains(ASTFlags::CONSTANT)))
        .map(|statement| Finding::at(statement.position(), "only functions and constants are allowed at the top level"))
        .collect();
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// The functions that a script defines, with their positions.
pub(crate) fn script_functions(ast: &AST) -> Vec<(String, Position)> {
    ast.shared_lib()
        .iter_script_fn_info()
        .map(|(.., function)| (function.name.to_string(), function.body.start_position()))
        .collect()
}

fn failed(error: Box<EvalAltResult>) -> Failure {
    let error = root_error(error);
    let line = error.position().line();
    let limit = match *error {
        EvalAltResult::ErrorTooManyOperations(..) => Some(Limit::Operations),
        EvalAltResult::ErrorStackOverflow(..) => Some(Limit::Depth),
        EvalAltResult::ErrorDataTooLarge(..) => Some(Limit::Size),
        EvalAltResult::ErrorTooManyVariables(..) => Some(Limit::Variables),
        _ => None,
    };
    let kind = limit.map_or_else(|| FailureKind::Script { message: message_of(error) }, FailureKind::Limit);
    Failure { kind, line }
}

/// The error at the innermost call.
#[expect(clippy::boxed_local, reason = "the engine's errors are boxed")]
fn root_error(error: Box<EvalAltResult>) -> Box<EvalAltResult> {
    match *error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => root_error(inner),
        error => Box::new(error),
    }
}

/// The message of an error, without its position.
fn message_of(mut error: Box<EvalAltResult>) -> String {
    let _ = error.take_position();
    let text = error.to_string();
    text.strip_prefix("Runtime error: ").unwrap_or(&text).chars().take(MAX_MESSAGE_LEN).collect()
}
