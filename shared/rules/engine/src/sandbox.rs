//! The engine that scripts run in, and what it keeps from them.

use std::collections::BTreeMap;
use std::sync::Arc;

use edge_capabilities::Clock;
use rhai::debugger::{DebuggerCommand, DebuggerEvent};
use rhai::{ASTNode, Dynamic, EvalContext, OptimizationLevel, Position};

use crate::contract::Moment;
use crate::failure::Limit;
use crate::functions;
use crate::functions::instants::Span;
use crate::run;
use crate::tokens;

/// The longest script, in bytes.
pub const MAX_SCRIPT_LEN: usize = 64 * 1024;
/// The longest text, in bytes.
pub const MAX_TEXT_LEN: usize = 16 * 1024;
/// The longest list.
pub const MAX_LIST_LEN: usize = 1_000;
/// The most entries of a map.
const MAX_ENTRIES: usize = 500;
/// The most functions of a script.
const MAX_FUNCTIONS: usize = 64;
/// The most variables of a function.
const MAX_VARIABLES: usize = 64;
/// How deeply functions may call each other. INVARIANT: this times [`DEEPEST_EXPRESSION`] fits the stack of a
/// WebAssembly guest; at twice as much it does not.
const DEEPEST_CALLS: usize = 16;
/// How deeply expressions may be nested.
const DEEPEST_EXPRESSION: usize = 32;

/// What the language has and scripts may not use: what catches errors, so that no limit can be hidden; what calls
/// functions by names that only show at run time, so that a check sees all; what shares state.
const FORBIDDEN: [&str; 9] = ["try", "catch", "eval", "Fn", "curry", "is_shared", "is_def_fn", "is_def_var", "private"];

/// An engine for decisions.
pub fn engine(clock: Arc<dyn Clock>) -> rhai::Engine {
    let mut engine = rhai::Engine::new_raw();
    engine.register_global_module(functions::module().into());
    engine.register_type_with_name::<Moment>("instant").register_type_with_name::<Span>("time span");
    for symbol in FORBIDDEN {
        engine.disable_symbol(symbol);
    }
    engine
        .set_optimization_level(OptimizationLevel::None)
        // The functions of this crate come first, so that what cannot be compared is an error.
        .set_fast_operators(false)
        .set_strict_variables(true)
        .set_allow_shadowing(false)
        .set_fail_on_invalid_map_property(true)
        .set_max_operations(run::MAX_OPERATIONS)
        .set_max_call_levels(DEEPEST_CALLS)
        .set_max_expr_depths(DEEPEST_EXPRESSION, DEEPEST_EXPRESSION)
        .set_max_string_size(MAX_TEXT_LEN)
        .set_max_array_size(MAX_LIST_LEN)
        .set_max_map_size(MAX_ENTRIES)
        .set_max_functions(MAX_FUNCTIONS)
        .set_max_variables(MAX_VARIABLES)
        .on_progress(move |_| run::step(|| clock.elapsed()).map(|limit: Limit| limit.to_string().into()));
    #[expect(deprecated, reason = "not deprecated, but said to change with the engine's versions, which are pinned")]
    engine.on_parse_token(|token, position, _| {
        tokens::note(&token, position);
        token
    });
    #[expect(deprecated, reason = "not deprecated, but said to change with the engine's versions, which are pinned")]
    engine.on_var(|name, index, context: EvalContext| {
        run::look_at_memory(context.scope(), context.this_ptr())?;
        // Functions do not see what stands outside of them, but constants.
        Ok(if index == 0 { run::constant(name) } else { None })
    });
    engine
}

/// An engine that remembers where the script has been.
pub fn tracing(clock: Arc<dyn Clock>) -> rhai::Engine {
    let mut engine = engine(clock);
    #[expect(deprecated, reason = "not deprecated, but said to change with the engine's versions, which are pinned")]
    engine.register_debugger(
        |_, debugger| debugger,
        |_: EvalContext, event: DebuggerEvent, node: ASTNode, _: Option<&str>, position: Position| {
            // Other events are about the script as a whole and the ends of its functions.
            if let (DebuggerEvent::Step, Some(line)) = (event, position.line()) {
                run::visit((line, position.position().unwrap_or(0), matches!(node, ASTNode::Stmt(_))));
            }
            Ok(DebuggerCommand::StepInto)
        },
    );
    engine
}

/// Runs what stands at the top of a script, which has to be constants, and gives them.
pub fn constants(
    engine: &rhai::Engine,
    clock: &dyn Clock,
    ast: &rhai::AST,
) -> Result<BTreeMap<String, Dynamic>, Box<rhai::EvalAltResult>> {
    let mut scope = rhai::Scope::new();
    run::begin(clock.elapsed(), Arc::default());
    let ran = engine.run_ast_with_scope(&mut scope, ast);
    let spent = run::end();
    ran?;
    if let Some(limit) = spent.hit {
        return Err(limit.to_string().into());
    }
    Ok(scope.iter().map(|(name, _, value)| (name.to_owned(), value)).collect())
}
