//! Rune for crucible-tools: compiles, describes and runs one script inside WebAssembly.

pub mod block;
pub mod call;
pub mod compile;
pub mod convert;
pub mod describe;
pub mod host;
pub mod io;
pub mod modules;
pub mod source;

#[cfg(target_arch = "wasm32")]
mod abi;
#[cfg(target_arch = "wasm32")]
mod allocator;
