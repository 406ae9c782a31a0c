//! Chance that can be had again: all of it comes from one number.

use std::ops::Range;

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Another seed each time, unless `KILL_SEED` is set to the one that a failed run has printed.
    pub fn new() -> Self {
        let given = std::env::var("KILL_SEED").ok().map(|seed| seed.parse().unwrap());
        let seed = given.unwrap_or_else(rand_seed);
        println!("KILL_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// One of its own for somebody, who then has it whatever others do.
    pub fn split(&mut self) -> Self {
        Self(self.next())
    }

    pub fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.next() % (range.end - range.start)
    }

    pub fn one_in(&mut self, many: u64) -> bool {
        self.within(0..many) == 0
    }

    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.within(0..all.len() as u64)).unwrap()]
    }

    /// A pause of up to so many milliseconds.
    pub async fn pause(&mut self, milliseconds: u64) {
        let pause = self.within(0..milliseconds);
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
    }
}

fn rand_seed() -> u64 {
    u64::from_le_bytes(uuid::Uuid::new_v4().into_bytes()[..8].try_into().unwrap())
}
