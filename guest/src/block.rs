//! A block of memory for what compiling, and describing a source, leave behind.
//!
//! Compiling a 40-line tool takes 86 KB at its peak and keeps 15 KB of them, spread over all pages: a loaded VM would
//! keep every page. So while Rune compiles, memory comes out of one block. The finished unit is copied out of it, and
//! the host is told which pages hold nothing any more.

use std::ptr::null_mut;

/// What memory is given back by.
pub const PAGE: usize = 4096;
/// Up to this, pieces share pages of their own: all of them take 7 KB at the peak, and some of them stay.
const SMALL: usize = 128;
/// Small sizes are rounded up to multiples of this.
const STEP: usize = 16;
/// Beyond this an allocation goes to the system: it fills pages of its own.
const LARGE: usize = 32 << 10;
/// Sizes between are rounded up to one of four steps between two powers of 2.
const CLASSES: usize = SMALL / STEP + 4 * (LARGE / SMALL).ilog2() as usize;
/// A larger free piece serves as well when it is less than this many classes above; what is left over is lost.
const NEAR: usize = 3;
/// The greatest size of a block, in pages.
const PAGES: usize = 128;

/// The greatest number of ranges that the host is told of.
const RANGES: usize = 8;
/// Fewer pages are not worth a system call.
const WORTH: usize = 4;

/// Ranges of memory that hold nothing, each its first address and its length: the host may drop their pages.
#[repr(C)]
pub struct Spare {
    count: usize,
    ranges: [[usize; 2]; RANGES],
}

impl Spare {
    /// No ranges.
    pub const NONE: Self = Self {
        count: 0,
        ranges: [[0; 2]; RANGES],
    };

    /// The ranges.
    pub fn ranges(&self) -> &[[usize; 2]] {
        &self.ranges[..self.count]
    }

    /// Adds the whole pages between two addresses, if they are worth it and there is room for another range.
    pub fn add(&mut self, from: usize, until: usize) {
        let (from, until) = (from.next_multiple_of(PAGE), until / PAGE * PAGE);
        let len = until.saturating_sub(from);
        match self.ranges[..self.count].last_mut() {
            Some(last) if last[0] + last[1] == from => last[1] += len,
            _ if len >= WORTH * PAGE && self.count < RANGES => {
                self.ranges[self.count] = [from, len];
                self.count += 1;
            }
            _ => {}
        }
    }
}

/// A block of memory that is used only while it is open.
pub struct Block {
    from: usize,
    until: usize,
    /// Where the next larger piece goes: they fill the block upward.
    top: usize,
    /// Where the last page of small pieces begins: they fill the block downward.
    bottom: usize,
    /// What is left of that page.
    small: usize,
    open: bool,
    live: usize,
    /// How many pieces touch a page.
    pages: [u16; PAGES],
    /// The first free piece of each class; a free piece holds the next one's address.
    free: [usize; CLASSES],
}

/// The class of a size, and the size of its pieces.
#[inline]
fn class(size: usize) -> (usize, usize) {
    if size <= SMALL {
        let steps = size.div_ceil(STEP).max(1);
        return (steps - 1, steps * STEP);
    }
    let last = size - 1;
    let power = last.ilog2();
    let step = power - 2;
    let index = SMALL / STEP + (power - SMALL.ilog2()) as usize * 4 + (last >> step & 3);
    (index, ((last >> step) + 1) << step)
}

impl Block {
    /// A block without memory.
    pub const NONE: Self = Self {
        from: 0,
        until: 0,
        top: 0,
        bottom: 0,
        small: 0,
        open: false,
        live: 0,
        pages: [0; PAGES],
        free: [0; CLASSES],
    };

    /// Takes memory from the block from now on, unless something of an earlier use is still in it.
    ///
    /// # Safety
    /// The block may use this memory, and always gets the same; it begins and ends with a page.
    pub unsafe fn open(&mut self, from: usize, until: usize) {
        if self.live == 0 {
            (self.from, self.until) = (from, until.min(from + PAGES * PAGE));
            (self.top, self.bottom, self.small) = (self.from, self.until, 0);
            self.open = true;
        }
    }

    /// Takes no more memory from the block. What is in it stays valid.
    pub fn close(&mut self) {
        self.open = false;
        self.free = [0; CLASSES];
    }

    /// Adds the pages that were used and hold nothing now.
    pub fn report(&self, spare: &mut Spare) {
        for (from, until) in [(self.from, self.top), (self.bottom, self.until)] {
            let mut start = from;
            for at in (from..until).step_by(PAGE) {
                if self.pages[(at - self.from) / PAGE] > 0 {
                    spare.add(start, at);
                    start = at + PAGE;
                }
            }
            spare.add(start, until.next_multiple_of(PAGE));
        }
    }

    /// Whether a pointer is a piece of the block.
    #[inline]
    pub fn holds(&self, pointer: *mut u8) -> bool {
        (self.from..self.until).contains(&(pointer as usize))
    }

    /// Whether a new allocation belongs into the block.
    #[inline]
    pub fn takes(&self, size: usize, align: usize) -> bool {
        self.open && size <= LARGE && align <= STEP
    }

    /// Whether a piece can stay where it is when its size changes.
    pub fn fits(old: usize, new: usize) -> bool {
        new <= LARGE && class(new) == class(old)
    }

    fn touched(&mut self, at: usize, size: usize) -> &mut [u16] {
        let at = at - self.from;
        &mut self.pages[at / PAGE..(at + size).div_ceil(PAGE)]
    }

    /// A piece for `size` bytes, for which `takes` holds; null when the block is full.
    pub fn alloc(&mut self, size: usize) -> *mut u8 {
        let (class, size) = class(size);
        let at = self.reuse(class, size).or_else(|| self.carve(size));
        let Some(at) = at else {
            return null_mut();
        };
        self.live += 1;
        self.touched(at, size).iter_mut().for_each(|n| *n += 1);
        at as *mut u8
    }

    fn reuse(&mut self, class: usize, size: usize) -> Option<usize> {
        // Small pieces stay among themselves.
        let near = if size <= SMALL { 1 } else { NEAR };
        let class = (class..CLASSES.min(class + near)).find(|class| self.free[*class] != 0)?;
        let at = self.free[class];
        // A free piece of an open block is written by `dealloc` only.
        self.free[class] = unsafe { *(at as *const usize) };
        Some(at)
    }

    fn carve(&mut self, size: usize) -> Option<usize> {
        if size > SMALL {
            let at = self.top;
            (self.bottom - at >= size).then(|| self.top += size)?;
            return Some(at);
        }
        if self.small < size {
            (self.bottom - self.top >= PAGE).then(|| self.bottom -= PAGE)?;
            self.small = PAGE;
        }
        self.small -= size;
        Some(self.bottom + self.small)
    }

    /// Frees a piece that was allocated with this size.
    ///
    /// # Safety
    /// The block holds the pointer, and nobody uses it any more.
    pub unsafe fn dealloc(&mut self, pointer: *mut u8, size: usize) {
        let (class, size) = class(size);
        self.live -= 1;
        self.touched(pointer as usize, size).iter_mut().for_each(|n| *n -= 1);
        // Nothing is written into a closed block: the host may have dropped the page.
        if self.open {
            *(pointer as *mut usize) = self.free[class];
            self.free[class] = pointer as usize;
        }
    }
}

/// Does the work with the guest's block open. Natively (unit tests) there is none.
pub fn within<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(target_arch = "wasm32")]
    crate::allocator::open();
    let result = work();
    #[cfg(target_arch = "wasm32")]
    crate::allocator::close();
    result
}
