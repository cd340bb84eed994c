//! The configuration of the Rhai engine: allowed functions, forbidden symbols, limits.

use std::collections::BTreeMap;
use std::sync::Arc;

use edge_capabilities::Clock;
use rhai::debugger::{DebuggerCommand, DebuggerEvent};
use rhai::{ASTNode, Dynamic, EvalContext, OptimizationLevel, Position};

use crate::contract::Instant;
use crate::failure::Limit;
use crate::functions;
use crate::functions::instants::Span;
use crate::run;
use crate::tokens;

/// The maximum length of a script, in bytes.
pub const MAX_SCRIPT_LEN: usize = 64 * 1024;
/// The maximum length of a text, in bytes.
pub const MAX_TEXT_LEN: usize = 16 * 1024;
/// The maximum length of a list.
pub const MAX_LIST_LEN: usize = 1_000;
/// The maximum number of entries of a map.
const MAX_MAP_LEN: usize = 500;
/// The maximum number of functions of a script.
const MAX_FUNCTIONS: usize = 64;
/// The maximum number of variables of a function.
const MAX_VARIABLES: usize = 64;
/// The maximum call depth. INVARIANT: this times [`MAX_EXPRESSION_DEPTH`] fits the stack of a
/// WebAssembly guest; at twice as much it does not.
const MAX_CALL_DEPTH: usize = 16;
/// The maximum nesting of expressions.
const MAX_EXPRESSION_DEPTH: usize = 32;

/// Language features that scripts may not use: those that catch errors, so that no limit can be hidden; those that call
/// functions by a computed name, so that the static analysis sees all calls; those that share state.
const FORBIDDEN: [&str; 9] = ["try", "catch", "eval", "Fn", "curry", "is_shared", "is_def_fn", "is_def_var", "private"];

/// Creates an engine for decisions.
pub fn engine(clock: Arc<dyn Clock>) -> rhai::Engine {
    let mut engine = rhai::Engine::new_raw();
    engine.register_global_module(functions::module().into());
    engine.register_type_with_name::<Instant>("instant").register_type_with_name::<Span>("time span");
    for symbol in FORBIDDEN {
        engine.disable_symbol(symbol);
    }
    engine
        .set_optimization_level(OptimizationLevel::None)
        // The functions of this crate take precedence, so that incomparable values are an error.
        .set_fast_operators(false)
        .set_strict_variables(true)
        .set_allow_shadowing(false)
        .set_fail_on_invalid_map_property(true)
        .set_max_operations(run::MAX_OPERATIONS)
        .set_max_call_levels(MAX_CALL_DEPTH)
        .set_max_expr_depths(MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_DEPTH)
        .set_max_string_size(MAX_TEXT_LEN)
        .set_max_array_size(MAX_LIST_LEN)
        .set_max_map_size(MAX_MAP_LEN)
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
        run::check_memory(context.scope(), context.this_ptr())?;
        // Functions see no outer variables, except constants.
        Ok(if index == 0 { run::constant(name) } else { None })
    });
    engine
}

/// Creates an engine that records the visited places.
pub fn tracing(clock: Arc<dyn Clock>) -> rhai::Engine {
    let mut engine = engine(clock);
    #[expect(deprecated, reason = "not deprecated, but said to change with the engine's versions, which are pinned")]
    engine.register_debugger(
        |_, debugger| debugger,
        |_: EvalContext, event: DebuggerEvent, node: ASTNode, _: Option<&str>, position: Position| {
            // Other events concern the whole script and the ends of functions.
            if let (DebuggerEvent::Step, Some(line)) = (event, position.line()) {
                run::visit((line, position.position().unwrap_or(0), matches!(node, ASTNode::Stmt(_))));
            }
            Ok(DebuggerCommand::StepInto)
        },
    );
    engine
}

/// Evaluates the top level of a script, which consists of constants, and returns them.
pub fn constants(
    engine: &rhai::Engine,
    clock: &dyn Clock,
    ast: &rhai::AST,
) -> Result<BTreeMap<String, Dynamic>, Box<rhai::EvalAltResult>> {
    let mut scope = rhai::Scope::new();
    run::begin(clock.elapsed(), Arc::default());
    let ran = engine.run_ast_with_scope(&mut scope, ast);
    let stats = run::end();
    ran?;
    if let Some(limit) = stats.limit_hit {
        return Err(limit.to_string().into());
    }
    Ok(scope.iter().map(|(name, _, value)| (name.to_owned(), value)).collect())
}
