//! Rows of numbers that a worker computes once a key and keeps.

/// A cache of rows of `width` numbers, by small keys; full, it starts anew, so its memory is bounded.
#[derive(Debug)]
pub struct Rows {
    width: usize,
    limit: usize,
    /// For a key: one more than the number of its row, 0 where there is none.
    index: Vec<u32>,
    rows: Vec<f32>,
}

impl Rows {
    /// An empty cache of at most `limit` rows.
    pub fn new(width: usize, limit: usize) -> Self {
        Rows { width, limit, index: Vec::new(), rows: Vec::new() }
    }

    /// The row of `key`; `compute` fills it (with zeros to begin with) when it is not there.
    pub fn get(&mut self, key: usize, compute: impl FnOnce(&mut [f32])) -> &[f32] {
        if key >= self.index.len() {
            self.index.resize((key + 1).next_multiple_of(1 << 12), 0);
        }
        if self.index[key] == 0 {
            if self.rows.len() >= self.limit * self.width {
                self.rows.clear();
                self.index.fill(0);
            }
            let start = self.rows.len();
            self.rows.resize(start + self.width, 0.0);
            compute(&mut self.rows[start..]);
            self.index[key] = (start / self.width) as u32 + 1;
        }
        &self.rows[(self.index[key] as usize - 1) * self.width..][..self.width]
    }

    /// Forgets everything: keys mean something else from now on.
    pub fn clear(&mut self) {
        self.index.clear();
        self.rows.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_computed_once_until_the_cache_is_full() {
        let mut rows = Rows::new(2, 3);
        let mut computed = 0;
        for key in [5, 7, 5, 9, 7, 11, 5] {
            let row = rows.get(key, |row| {
                computed += 1;
                row.fill(key as f32);
            });
            assert_eq!(row, [key as f32; 2]);
        }
        assert_eq!(computed, 5);
    }
}
