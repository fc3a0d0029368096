//! Turns a seed into numbers that are the same on every machine.

/// A pseudo-random sequence.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// The next number, below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }
}
