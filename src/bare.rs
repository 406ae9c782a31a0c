//! What std would bring: an allocator and a panic handler. Only a whole module may choose them, so
//! only our own build does.

use core::panic::PanicInfo;

use lol_alloc::{AssumeSingleThreaded, FreeListAllocator};

// 2.5 KB (brotli) smaller than std's, and a checkout allocates little.
#[global_allocator]
#[expect(unsafe_code, reason = "sound: wasm without atomics has one thread")]
static ALLOCATOR: AssumeSingleThreaded<FreeListAllocator> =
    unsafe { AssumeSingleThreaded::new(FreeListAllocator::new()) };

#[panic_handler]
fn trap(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
