//! The block that compiling takes its memory from: what is given out, what is empty afterwards.

use std::alloc::{alloc_zeroed, Layout};

use crucible_guest::block::{Block, Spare, PAGE};

const PAGES: usize = 32;

/// A block with 32 pages, opened, and where it begins.
fn opened() -> (Block, usize) {
    let layout = Layout::from_size_align(PAGES * PAGE, PAGE).unwrap();
    let from = unsafe { alloc_zeroed(layout) } as usize;
    let mut block = Block::NONE;
    unsafe { block.open(from, from + PAGES * PAGE) };
    (block, from)
}

/// The pages that hold nothing, as first page and number.
fn spare(block: &Block, from: usize) -> Vec<(usize, usize)> {
    let mut spare = Spare::NONE;
    block.report(&mut spare);
    let ranges = spare.ranges().iter();
    ranges.map(|[at, len]| ((at - from) / PAGE, len / PAGE)).collect()
}

#[test]
fn pieces_do_not_overlap_and_stay_inside() {
    let (mut block, from) = opened();
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for i in 1.. {
        let size = i * 7919 % 3000 + 1;
        let at = block.alloc(size) as usize;
        if at == 0 {
            break;
        }
        assert!(at.is_multiple_of(16));
        assert!(at >= from && at + size <= from + PAGES * PAGE);
        taken.push((at, at + size));
        // Some are freed: what is given out again must not overlap the others either.
        if i.is_multiple_of(3) {
            let (start, end) = taken.swap_remove(taken.len() / 2);
            unsafe { block.dealloc(start as *mut u8, end - start) };
        }
    }
    taken.sort_unstable();
    assert!(taken.len() > 40);
    assert!(taken.windows(2).all(|pair| pair[0].1 <= pair[1].0));
}

#[test]
fn a_freed_piece_is_used_again() {
    let (mut block, _) = opened();
    for size in [1, 16, 100, 128, 129, 1000, 32 << 10] {
        let first = block.alloc(size);
        unsafe { block.dealloc(first, size) };
        assert_eq!(block.alloc(size), first, "{size}");
    }
}

#[test]
fn a_full_block_gives_null() {
    let (mut block, _) = opened();
    let large = std::iter::from_fn(|| (!block.alloc(32 << 10).is_null()).then_some(()));
    assert_eq!(large.count(), PAGES * PAGE / (32 << 10));
    assert!(block.alloc(8).is_null());
}

#[test]
fn only_an_open_block_takes_and_only_what_fits() {
    let (mut block, _) = opened();
    assert!(block.takes(1, 1) && block.takes(32 << 10, 16));
    assert!(!block.takes((32 << 10) + 1, 8) && !block.takes(64, 32));
    block.close();
    assert!(!block.takes(8, 8));
}

#[test]
fn pages_with_something_in_them_are_not_spare() {
    let (mut block, from) = opened();
    let pieces: Vec<_> = (0..16).map(|_| block.alloc(PAGE)).collect();
    let small = block.alloc(8);
    block.close();
    assert_eq!(spare(&block, from), []);
    for (i, piece) in pieces.iter().enumerate() {
        if i != 5 {
            unsafe { block.dealloc(*piece, PAGE) };
        }
    }
    assert_eq!(spare(&block, from), [(0, 5), (6, 10)]);
    unsafe { block.dealloc(pieces[5], PAGE) };
    assert_eq!(spare(&block, from), [(0, 16)]);
    // One page of small pieces is not worth a call.
    unsafe { block.dealloc(small, 8) };
    assert_eq!(spare(&block, from), [(0, 16)]);
}

#[test]
fn nothing_is_written_into_a_closed_block() {
    let (mut block, _) = opened();
    let piece = block.alloc(64);
    unsafe { piece.write_bytes(7, 64) };
    block.close();
    unsafe { block.dealloc(piece, 64) };
    assert_eq!(unsafe { std::slice::from_raw_parts(piece, 64) }, [7; 64]);
}

#[test]
fn a_block_is_opened_again_when_it_is_empty() {
    let (mut block, from) = opened();
    let until = from + PAGES * PAGE;
    let piece = block.alloc(1000);
    block.close();
    unsafe { block.open(from, until) };
    assert!(!block.takes(8, 8), "something is still in it");
    unsafe { block.dealloc(piece, 1000) };
    unsafe { block.open(from, until) };
    assert!(block.takes(8, 8));
    assert_eq!(block.alloc(1000) as usize, from);
}

#[test]
fn neighbouring_ranges_are_one() {
    let mut spare = Spare::NONE;
    spare.add(0, 8 * PAGE);
    spare.add(8 * PAGE, 9 * PAGE);
    spare.add(10 * PAGE, 11 * PAGE);
    spare.add(20 * PAGE + 1, 30 * PAGE + 1);
    assert_eq!(spare.ranges(), [[0, 9 * PAGE], [21 * PAGE, 9 * PAGE]]);
}

#[test]
fn there_is_room_for_so_many_ranges() {
    let mut spare = Spare::NONE;
    for i in 0..100 {
        spare.add(i * 10 * PAGE, (i * 10 + 5) * PAGE);
    }
    assert_eq!(spare.ranges().len(), 8);
}
