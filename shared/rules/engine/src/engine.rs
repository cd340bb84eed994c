//! Compiling scripts and running them.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use edge_capabilities::Clock;
use rhai::{AST, ASTFlags, CallFnOptions, Dynamic, EvalAltResult, ParseError, Position, Scope, Stmt};

use crate::failure::{Failure, FailureKind, Finding, Limit};
use crate::run::{self, Constants, Spent};
use crate::sandbox::{self, MAX_SCRIPT_LEN};
use crate::tokens::{self, Word};
use crate::{Rule, contract, functions, switches};

/// The longest message of a script's own, in characters.
const MAX_MESSAGE_LEN: usize = 500;

/// Compiles and runs scripts. Cheap to make: it is set up when it is first needed. One per instance.
pub struct Engine {
    clock: Arc<dyn Clock>,
    plain: OnceLock<rhai::Engine>,
    tracing: OnceLock<rhai::Engine>,
}

/// A script, compiled.
#[derive(Debug)]
pub struct Compiled {
    rule: Rule,
    /// The script as it is run.
    pub(crate) ast: AST,
    /// The script as it is written; its places are those that people see.
    pub(crate) written: AST,
    /// What is wrong with it, beyond what keeps it from being run.
    pub(crate) findings: Vec<Finding>,
    constants: Arc<Constants>,
}

impl Compiled {
    /// The rule it was compiled for.
    pub const fn rule(&self) -> Rule {
        self.rule
    }
}

/// What an evaluation gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The outcome: JSON, in the contract's field order.
    pub outcome: String,
    /// How many steps it took.
    pub operations: u64,
    /// What the script printed; where it was asked to explain itself, after that the lines that ran.
    pub log: Vec<String>,
}

impl Engine {
    /// An engine whose scripts are held to `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, plain: OnceLock::new(), tracing: OnceLock::new() }
    }

    /// Sets the engine up now, so that the first decision does not have to: for a component that is initialised before
    /// it is asked anything. Reads no clock and no chance.
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
    /// What keeps it from being run at all; [`Self::check`] finds more.
    pub fn compile(&self, rule: Rule, script: &str) -> Result<Compiled, Vec<Finding>> {
        if script.len() > MAX_SCRIPT_LEN {
            return Err(vec![Finding::whole(format!("the script is longer than {MAX_SCRIPT_LEN} bytes"))]);
        }
        let engine = self.plain();
        // Functions may use the constants at the top, of whose names the parser has to know beforehand.
        let supposed = supposed_constants(script);
        let mut parsed = Parsed::of(engine, script, &supposed)?;
        only_constants_outside_functions(&parsed.written)?;
        let constants = match parsed.run.statements() {
            [] => Constants::new(),
            _ => sandbox::constants(engine, &*self.clock, &parsed.run)
                .map_err(innermost)
                .map_err(|error| vec![Finding::at(error.position(), said(error))])?,
        };
        if supposed.iter().any(|name| !constants.contains_key(*name)) {
            let known = constants.keys().map(String::as_str).collect();
            parsed = Parsed::of(engine, script, &known)?;
        }
        let Parsed { mut written, run: mut ast, findings: wrong } = parsed;
        let own = own_functions(&written);
        let findings: Vec<_> = own
            .iter()
            .filter_map(|(name, position)| {
                let known = functions::NAMES.iter().any(|(known, _)| known == name);
                known
                    .then(|| Finding::at(*position, format!("there is a function {name} already: choose another name")))
            })
            .collect();
        if !findings.is_empty() {
            return Err(findings);
        }
        if ast.shared_lib().get_script_fn("decide", 1).is_none() {
            let position = own.iter().find(|(name, _)| name == "decide").map_or(Position::NONE, |(_, at)| *at);
            return Err(vec![Finding::at(position, "the script has to define `fn decide(input)`, with one input")]);
        }
        ast.clear_statements();
        written.clear_statements();
        Ok(Compiled { rule, ast, written, findings: wrong, constants: Arc::new(constants) })
    }

    /// Runs a script on an input: JSON in, JSON out. `explain` has the lines that ran logged.
    ///
    /// # Errors
    ///
    /// The input is not valid, the script fails, hits a limit, or gives an outcome that is not valid.
    pub fn evaluate(&self, compiled: &Compiled, input: &str, explain: bool) -> Result<Evaluation, Failure> {
        let (outcome, mut spent) = self.run(compiled, input, explain);
        let outcome = outcome?;
        if explain {
            spent.log.extend(run::lines(&spent.visited).into_iter().map(|line| format!("line {line}")));
        }
        Ok(Evaluation { outcome, operations: spent.operations, log: spent.log })
    }

    pub(crate) fn run(&self, compiled: &Compiled, input: &str, trace: bool) -> (Result<String, Failure>, Spent) {
        let engine = if trace { self.tracing() } else { self.plain() };
        let input = contract::script_input(compiled.rule, input);
        run::begin(self.clock.elapsed(), compiled.constants.clone());
        let outcome = input.and_then(|input| {
            let options = CallFnOptions::new().eval_ast(false);
            engine
                .call_fn_with_options::<Dynamic>(options, &mut Scope::new(), &compiled.ast, "decide", (input,))
                .map_err(failed)
        });
        let spent = run::end();
        let outcome = match (spent.hit, outcome) {
            (Some(limit), outcome) => {
                Err(Failure { kind: FailureKind::Limit(limit), line: outcome.err().and_then(|failure| failure.line) })
            }
            (None, outcome) => outcome.and_then(|outcome| contract::outcome_json(compiled.rule, outcome)),
        };
        (outcome, spent)
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

/// Every word that stands after the word `const`: more than there are constants at the top, never fewer.
fn supposed_constants(script: &str) -> BTreeSet<&str> {
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

/// A script that can be parsed.
struct Parsed {
    written: AST,
    run: AST,
    findings: Vec<Finding>,
}

impl Parsed {
    fn of(engine: &rhai::Engine, script: &str, constants: &BTreeSet<&str>) -> Result<Self, Vec<Finding>> {
        let (written, words) = tokens::record(|| parse(engine, script, constants));
        let written = written?;
        let inexact = words.iter().filter(|(word, _)| matches!(word, Word::Decimal { is_exact: false, .. }));
        let mut findings: Vec<_> = inexact
            .map(|(_, at)| Finding::at(*at, "the number has more digits than can be kept exactly: 28"))
            .collect();
        let switches = switches::find(&words);
        findings.extend_from_slice(&switches.findings);
        if switches.is_empty() {
            return Ok(Self { run: written.clone(), written, findings });
        }
        let run = switches.run_as(script).and_then(|run| parse(engine, &run, constants).ok());
        let run = run.unwrap_or_else(|| {
            // What could be run before there was anything more to a switch goes on as it did.
            findings.push(Finding::whole("what a switch goes by is too deeply nested: give it a name first"));
            written.clone()
        });
        Ok(Self { written, run, findings })
    }
}

fn parse(engine: &rhai::Engine, script: &str, constants: &BTreeSet<&str>) -> Result<AST, Vec<Finding>> {
    let mut scope = Scope::new();
    for name in constants {
        scope.push_constant(*name, ());
    }
    engine.compile_with_scope(&scope, script).map_err(|error| vec![unparsable(&error)])
}

fn unparsable(error: &ParseError) -> Finding {
    Finding::at(error.position(), error.err_type().to_string())
}

fn only_constants_outside_functions(ast: &AST) -> Result<(), Vec<Finding>> {
    let findings: Vec<_> = ast
        .statements()
        .iter()
        .filter(|statement| !matches!(statement, Stmt::Noop(_)))
        .filter(|statement| !matches!(statement, Stmt::Var(_, flags, _) if flags.contains(ASTFlags::CONSTANT)))
        .map(|statement| Finding::at(statement.position(), "only functions and constants may stand at the top"))
        .collect();
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// The functions that a script defines by name, and where.
pub(crate) fn own_functions(ast: &AST) -> Vec<(String, Position)> {
    ast.shared_lib()
        .iter_script_fn_info()
        .map(|(.., function)| (function.name.to_string(), function.body.start_position()))
        .collect()
}

fn failed(error: Box<EvalAltResult>) -> Failure {
    let error = innermost(error);
    let line = error.position().line();
    let limit = match *error {
        EvalAltResult::ErrorTooManyOperations(..) => Some(Limit::Operations),
        EvalAltResult::ErrorStackOverflow(..) => Some(Limit::Depth),
        EvalAltResult::ErrorDataTooLarge(..) => Some(Limit::Size),
        EvalAltResult::ErrorTooManyVariables(..) => Some(Limit::Variables),
        _ => None,
    };
    let kind = limit.map_or_else(|| FailureKind::Script { message: said(error) }, FailureKind::Limit);
    Failure { kind, line }
}

/// The error within the calls that it came through.
#[expect(clippy::boxed_local, reason = "the engine's errors come boxed, and go on boxed")]
fn innermost(error: Box<EvalAltResult>) -> Box<EvalAltResult> {
    match *error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => innermost(inner),
        error => Box::new(error),
    }
}

/// What an error says, without its position, which goes beside it.
fn said(mut error: Box<EvalAltResult>) -> String {
    let _ = error.take_position();
    let said = error.to_string();
    said.strip_prefix("Runtime error: ").unwrap_or(&said).chars().take(MAX_MESSAGE_LEN).collect()
}
