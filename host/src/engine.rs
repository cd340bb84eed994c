//! The WebAssembly engine: pooled instances, compiled components kept on disk, and a clock tick that lets a busy guest
//! be interrupted.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use wasmtime::{Cache, CacheConfig, Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// How often a guest that computes without a pause lets the others run.
const TICK: Duration = Duration::from_millis(5);

/// Bounds on what all instances together may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Instances alive at once, of all components together.
    pub instances: u32,
    /// Calls into instances under way at once, of all components together: each has a stack of its own, and an
    /// instance that finds none left dies with all its requests.
    pub calls: u32,
    /// Linear memory of one instance, bytes.
    pub memory: usize,
}

/// An engine whose compiled components are kept under `cache`. Starts the thread that ticks.
pub fn start(limits: Limits, cache: &Path) -> anyhow::Result<Engine> {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(limits.instances)
        .total_core_instances(limits.instances.saturating_mul(4))
        .total_memories(limits.instances)
        .total_tables(limits.instances.saturating_mul(2))
        .total_stacks(limits.instances.saturating_add(limits.calls))
        .max_component_instance_size(10 << 20)
        .max_core_instance_size(10 << 20)
        .max_core_instances_per_component(200)
        .max_memories_per_component(32)
        .max_tables_per_component(64)
        .max_memory_size(limits.memory)
        .table_elements(100_000)
        // What an instance of ours touches stays mapped for the next one: fewer page faults for each new instance.
        .linear_memory_keep_resident(2 << 20)
        .table_keep_resident(512 << 10);
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .wasm_component_model_async(true)
        .epoch_interruption(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    #[cfg(feature = "profiling")]
    config.profiler(wasmtime::ProfilingStrategy::PerfMap);
    std::fs::create_dir_all(cache).with_context(|| format!("cannot make the folder {}", cache.display()))?;
    let mut cache_config = CacheConfig::new();
    cache_config.with_directory(cache.canonicalize()?);
    config.cache(Some(Cache::new(cache_config)?));
    let engine = Engine::new(&config)?;
    let ticking = engine.weak();
    std::thread::Builder::new().name("ticks".into()).spawn(move || {
        while let Some(engine) = ticking.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::sleep(TICK);
        }
    })?;
    Ok(engine)
}
