//! Runs the bench's scripts on native Rune and prints the median of each figure as JSON, in seconds.
//!
//! Usage: crucible-bench-native SOURCES REPEATS [ENTRY...], where SOURCES is the folder with tool.rn and cpu.rn, and each
//! ENTRY a function of cpu.rn: without any everything is measured.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use rune::runtime::RuntimeContext;
use rune::{Context, Diagnostics, Source, Sources, Unit, Value, Vm};
use serde_json::json;

type Failure = Box<dyn std::error::Error>;

struct Native {
    context: Context,
    runtime: Arc<RuntimeContext>,
}

impl Native {
    fn new() -> Result<Self, Failure> {
        let context = Context::with_default_modules()?;
        let runtime = Arc::new(context.runtime()?);
        Ok(Self { context, runtime })
    }

    fn compile(&self, text: &str) -> Result<Arc<Unit>, Failure> {
        let mut sources = Sources::new();
        sources.insert(Source::memory(text)?)?;
        let mut diagnostics = Diagnostics::new();
        let unit = rune::prepare(&mut sources)
            .with_context(&self.context)
            .with_diagnostics(&mut diagnostics)
            .build()?;
        Ok(Arc::new(unit))
    }

    /// JSON in, JSON out, in a VM of its own: what the sandbox's call does, without the sandbox.
    fn call(&self, unit: &Arc<Unit>, entry: &str, arguments: &[u8]) -> Result<Vec<u8>, Failure> {
        let value: Value = serde_json::from_slice(arguments)?;
        let mut vm = Vm::new(self.runtime.clone(), unit.clone());
        let output = vm.call([entry], (value,))?;
        Ok(serde_json::to_vec(&output)?)
    }
}

/// Median of the seconds that `work` takes.
fn median<F: FnMut() -> Result<(), Failure>>(repeats: usize, mut work: F) -> Result<f64, Failure> {
    let mut seconds = Vec::with_capacity(repeats);
    for _ in 0..repeats {
        let start = Instant::now();
        work()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    Ok(seconds[repeats / 2])
}

/// Functions of cpu.rn, and what each is called with.
const WORK: [(&str, u64); 4] = [("fib", 25), ("count", 10_000_000), ("primes", 20_000), ("strings", 20_000)];

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, repeats, entries @ ..] = arguments.as_slice() else {
        return Err("usage: crucible-bench-native SOURCES REPEATS [ENTRY...]".into());
    };
    let repeats: usize = repeats.parse()?;
    let native = Native::new()?;
    let mut figures = serde_json::Map::new();
    let cpu = native.compile(&std::fs::read_to_string(Path::new(folder).join("cpu.rn"))?)?;
    for (entry, n) in WORK {
        if entries.is_empty() || entries.iter().any(|wanted| wanted == entry) {
            let request = json!({ "n": n }).to_string();
            let seconds = median(repeats, || native.call(&cpu, entry, request.as_bytes()).map(drop))?;
            figures.insert(entry.into(), json!(seconds));
        }
    }
    if entries.is_empty() {
        let tool = std::fs::read_to_string(Path::new(folder).join("tool.rn"))?;
        let unit = native.compile(&tool)?;
        let echo = br#"{"name":"x","n":3}"#;
        let load = median(repeats * 50, || native.compile(&tool).map(drop))?;
        let call = median(repeats * 500, || native.call(&unit, "echo", echo).map(drop))?;
        figures.insert("load".into(), json!(load));
        figures.insert("echo".into(), json!(call));
    }
    println!("{}", serde_json::Value::from(figures));
    Ok(())
}
