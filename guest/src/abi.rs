//! The exports: what the host calls, and the memory it reads.
//!
//! A request is written into `CRUCIBLE_REQUEST` (or what `reserve` returns, for a longer one); an answer is
//! `pointer << 32 | length` of bytes whose first is the status. The host checks both against the memory.

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::allocator;
use crate::block::{self, Spare, PAGE};
use crate::call::{self, Answer, Calling, Request, Status};
use crate::compile::{Engine, LoadOptions, Tool};
use crate::convert::Limits;

const REQUEST: usize = 64 << 10;
const PANIC: usize = 500;

/// What the host reads after a trap: whether memory ran out, and the words of a panic.
#[repr(C)]
pub struct Aftermath {
    out_of_memory: AtomicU32,
    panic_len: AtomicU32,
    panic: UnsafeCell<[u8; PANIC]>,
}

// The guest has one thread.
unsafe impl Sync for Aftermath {}

/// Read by the host at this address.
#[no_mangle]
pub static CRUCIBLE_AFTERMATH: Aftermath = Aftermath {
    out_of_memory: AtomicU32::new(0),
    panic_len: AtomicU32::new(0),
    panic: UnsafeCell::new([0; PANIC]),
};

/// Remembers that an allocation was refused.
pub fn refused() {
    CRUCIBLE_AFTERMATH.out_of_memory.store(1, Ordering::Relaxed);
}

struct Single<T>(UnsafeCell<T>);

// The guest has one thread, and the host never enters a VM twice.
unsafe impl<T> Sync for Single<T> {}

impl<T> Single<T> {
    #[allow(clippy::mut_from_ref)]
    fn get(&self) -> &mut T {
        unsafe { &mut *self.0.get() }
    }
}

static ENGINE: Single<Option<Engine>> = Single(UnsafeCell::new(None));
static TOOL: Single<Option<Tool>> = Single(UnsafeCell::new(None));
static ANSWER: Single<Vec<u8>> = Single(UnsafeCell::new(Vec::new()));
static LONG: Single<Vec<u8>> = Single(UnsafeCell::new(Vec::new()));

/// A request's place in memory.
#[repr(C)]
pub struct RequestBuffer(UnsafeCell<[u8; REQUEST]>);

// The guest has one thread.
unsafe impl Sync for RequestBuffer {}

/// Short requests are written here.
#[no_mangle]
pub static CRUCIBLE_REQUEST: RequestBuffer = RequestBuffer(UnsafeCell::new([0; REQUEST]));

/// Memory that holds nothing, for the host to read when a source was loaded.
#[repr(C)]
pub struct SpareRanges(UnsafeCell<Spare>);

// The guest has one thread.
unsafe impl Sync for SpareRanges {}

/// Read by the host at this address.
#[no_mangle]
pub static CRUCIBLE_SPARE: SpareRanges = SpareRanges(UnsafeCell::new(Spare::NONE));

/// Says which pages a load has used that hold nothing when it is over: of the stack, the block and the request.
fn spare(len: usize) {
    let spare = unsafe { &mut *CRUCIBLE_SPARE.0.get() };
    *spare = Spare::NONE;
    allocator::report(spare);
    let request = CRUCIBLE_REQUEST.0.get() as usize;
    // The next request is written into the first page.
    spare.add(request + PAGE, request + len.min(REQUEST));
}

/// Run once, when the guest is made: its outcome is part of the image.
#[export_name = "wizer-initialize"]
pub extern "C" fn initialize() {
    std::panic::set_hook(Box::new(|info| {
        let words = info.to_string();
        let len = words.len().min(PANIC);
        unsafe { (&mut *CRUCIBLE_AFTERMATH.panic.get())[..len].copy_from_slice(&words.as_bytes()[..len]) };
        CRUCIBLE_AFTERMATH.panic_len.store(len as u32, Ordering::Relaxed);
    }));
    match Engine::new() {
        Ok(engine) => *ENGINE.get() = Some(engine),
        Err(error) => panic!("the context cannot be built: {error}"),
    }
}

/// Makes room for a request of `len` bytes and returns where; 0 when there is no room.
#[no_mangle]
pub extern "C" fn reserve(len: usize) -> usize {
    let long = LONG.get();
    long.clear();
    if long.try_reserve_exact(len).is_err() {
        return 0;
    }
    long.as_mut_ptr() as usize
}

fn request(len: usize) -> &'static [u8] {
    if len <= REQUEST {
        return unsafe { &(&*CRUCIBLE_REQUEST.0.get())[..len] };
    }
    let long = LONG.get();
    let len = len.min(long.capacity());
    // The host wrote these bytes behind `reserve`.
    unsafe { long.set_len(len) };
    long
}

fn respond((status, mut json): Answer) -> u64 {
    json.insert(0, status as u8);
    let answer = ANSWER.get();
    *answer = json;
    // A long request is not needed any more.
    if LONG.get().capacity() > 0 {
        *LONG.get() = Vec::new();
    }
    ((answer.as_ptr() as u64) << 32) | answer.len() as u64
}

fn misuse(message: &str) -> u64 {
    respond((
        Status::Misuse,
        serde_json::json!({ "message": message }).to_string().into_bytes(),
    ))
}

/// Splits `length (u32, little endian), that many bytes, the rest`.
fn head(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*len) as usize)
}

/// Compiles a source: options as JSON behind their length, then the source. Answers with its warnings.
#[no_mangle]
pub extern "C" fn load(len: usize) -> u64 {
    let Some((options, source)) = head(request(len)) else {
        return misuse("a load request is cut off");
    };
    let options: LoadOptions = match serde_json::from_slice(options) {
        Ok(options) => options,
        Err(error) => return misuse(&error.to_string()),
    };
    let Ok(source) = std::str::from_utf8(source) else {
        return misuse("the source is not UTF-8");
    };
    let Some(engine) = ENGINE.get() else {
        return misuse("the guest was not initialised");
    };
    *TOOL.get() = None;
    let answer = respond(match engine.load(source.to_string(), options) {
        Ok((tool, warnings)) => {
            *TOOL.get() = Some(tool);
            (
                Status::Value,
                serde_json::Value::from(warnings).to_string().into_bytes(),
            )
        }
        Err(errors) => (
            Status::NotCompiled,
            serde_json::Value::from(errors).to_string().into_bytes(),
        ),
    });
    spare(len);
    answer
}

/// Says what a source declares; the request is the source.
#[no_mangle]
pub extern "C" fn describe(len: usize) -> u64 {
    let Ok(source) = std::str::from_utf8(request(len)) else {
        return misuse("the source is not UTF-8");
    };
    // The text leaves the block as a copy: nothing stays in there.
    let facts = block::within(|| crate::describe::describe(source));
    match facts {
        Ok(facts) => respond((Status::Value, facts.as_bytes().to_vec())),
        Err(error) => misuse(&error.to_string()),
    }
}

/// Calls an entry. The request: flags (u8: 0 object, 1 positional, 2 named, 3 nothing, 4 hook, 5 method; 16 bytes as
/// base64), greatest depth of the result (u8), its greatest length (u32), length of the entry's path (u16), of the
/// names (u16), then path, names (joined by commas) and arguments.
#[no_mangle]
pub extern "C" fn call(len: usize) -> u64 {
    let Some((head, rest)) = request(len).split_first_chunk::<10>() else {
        return misuse("a call request is cut off");
    };
    let calling = match head[0] & 15 {
        0 => Calling::Object,
        1 => Calling::Positional,
        2 => Calling::Named,
        4 => Calling::Hook,
        5 => Calling::Method,
        _ => Calling::Nothing,
    };
    let limits = Limits {
        depth: head[1] as usize,
        bytes: u32::from_le_bytes([head[2], head[3], head[4], head[5]]) as usize,
        base64: head[0] & 16 != 0,
    };
    let entry_len = u16::from_le_bytes([head[6], head[7]]) as usize;
    let names_len = u16::from_le_bytes([head[8], head[9]]) as usize;
    let parts = rest.split_at_checked(entry_len).and_then(|(entry, rest)| {
        rest.split_at_checked(names_len)
            .map(|(names, args)| (entry, names, args))
    });
    let Some((entry, names, args)) = parts else {
        return misuse("a call request is cut off");
    };
    let (Ok(entry), Ok(names)) = (std::str::from_utf8(entry), std::str::from_utf8(names)) else {
        return misuse("a name is not UTF-8");
    };
    let Some(tool) = TOOL.get() else {
        return misuse("nothing is loaded");
    };
    respond(call::call(
        tool,
        &Request {
            entry,
            calling,
            names,
            args,
            limits,
        },
    ))
}
