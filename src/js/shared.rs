//! State that several callbacks share.

use core::cell::RefCell;

/// A `RefCell` that cannot panic, which in wasm would end the module: work on a value that is
/// already worked on does nothing. It cannot come to that as long as no work calls JavaScript,
/// which could come back.
#[derive(Default)]
pub struct Shared<T>(RefCell<T>);

impl<T> Shared<T> {
    pub const fn new(value: T) -> Self {
        Self(RefCell::new(value))
    }
}

impl<T: Default> Shared<T> {
    pub fn with<R: Default>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        match self.0.try_borrow_mut() {
            Ok(mut value) => work(&mut value),
            Err(_) => R::default(),
        }
    }

    pub fn take(&self) -> T {
        self.with(core::mem::take)
    }

    pub fn set(&self, value: T) {
        let old = self.with(|place| core::mem::replace(place, value));
        // Only now: what is dropped may come back.
        drop(old);
    }
}

/// A static of a page's one thread.
pub struct PerPage<T>(pub T);

#[expect(unsafe_code, reason = "sound: wasm without atomics has one thread")]
unsafe impl<T> Sync for PerPage<T> {}
