//! The allocator of the guest: the system's, and a block beside it while Rune compiles.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;

use crate::abi;
use crate::block::{Block, Spare};

struct Heap(UnsafeCell<Block>);

// The guest has one thread.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new(Block::NONE));

impl Heap {
    #[allow(clippy::mut_from_ref)]
    fn block(&self) -> &mut Block {
        unsafe { &mut *self.0.get() }
    }
}

extern "C" {
    static __stack_high: u8;
    static __global_base: u8;
}

/// Opens the guest's block: what the linker left free between the stack and the data (build.py).
pub fn open() {
    // There it continues the stack: the host drops what a load leaves of both at once.
    unsafe {
        HEAP.block()
            .open(&raw const __stack_high as usize, &raw const __global_base as usize)
    };
}

/// Takes memory from the system again.
pub fn close() {
    HEAP.block().close();
}

/// Adds the pages that hold nothing once the guest has returned to the host: the stack's and the block's.
pub fn report(spare: &mut Spare) {
    spare.add(0, &raw const __stack_high as usize);
    HEAP.block().report(spare);
}

/// What the system gave; the host wants to know when it gave nothing.
fn checked(pointer: *mut u8) -> *mut u8 {
    if pointer.is_null() {
        abi::refused();
    }
    pointer
}

unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if self.block().takes(layout.size(), layout.align()) {
            let piece = self.block().alloc(layout.size());
            if !piece.is_null() {
                return piece;
            }
        }
        checked(System.alloc(layout))
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        if self.block().holds(pointer) {
            self.block().dealloc(pointer, layout.size());
        } else {
            System.dealloc(pointer, layout);
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if self.block().takes(layout.size(), layout.align()) {
            let piece = self.block().alloc(layout.size());
            if !piece.is_null() {
                piece.write_bytes(0, layout.size());
                return piece;
            }
        }
        checked(System.alloc_zeroed(layout))
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !self.block().holds(pointer) {
            return checked(System.realloc(pointer, layout, size));
        }
        if Block::fits(layout.size(), size) {
            return pointer;
        }
        let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
        if !moved.is_null() {
            moved.copy_from_nonoverlapping(pointer, layout.size().min(size));
            self.dealloc(pointer, layout);
        }
        moved
    }
}
