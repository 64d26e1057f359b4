//! Rows of numbers that a worker computes once a key and keeps.

/// A cache of rows of `width` numbers, by small keys. Its memory is bounded: there is a young half and an old one; when
/// the young is full it becomes the old one, and what is asked for again is taken over from there, so frequent keys stay.
#[derive(Debug)]
pub struct Rows<T = f32> {
    width: usize,
    limit: usize,
    young: Half<T>,
    old: Half<T>,
}

#[derive(Debug, Default)]
struct Half<T> {
    /// For a key: one more than the number of its row, 0 where there is none.
    index: Vec<u32>,
    rows: Vec<T>,
}

impl<T> Half<T> {
    fn row(&self, key: usize, width: usize) -> Option<&[T]> {
        let number = self.index.get(key)?.checked_sub(1)? as usize;
        Some(&self.rows[number * width..][..width])
    }

    fn clear(&mut self) {
        self.index.fill(0);
        self.rows.clear();
    }
}

impl<T: Copy + Default> Rows<T> {
    /// An empty cache of at most `limit` rows.
    pub fn new(width: usize, limit: usize) -> Self {
        Rows { width, limit: limit / 2, young: Half::default(), old: Half::default() }
    }

    /// The row of `key`; `compute` fills it (with zeros to begin with) when it is not there.
    pub fn get(&mut self, key: usize, compute: impl FnOnce(&mut [T])) -> &[T] {
        let width = self.width;
        let young = &self.young.index;
        if key >= young.len() || young[key] == 0 {
            if self.young.rows.len() >= self.limit * width {
                std::mem::swap(&mut self.young, &mut self.old);
                self.young.clear();
            }
            let Half { index, rows } = &mut self.young;
            // All its memory at once: growing would hold up to twice as much, and what is not touched costs nothing.
            if rows.capacity() == 0 {
                rows.reserve_exact(self.limit * width);
            }
            if key >= index.len() {
                index.resize((key + 1).next_multiple_of(1 << 12), 0);
            }
            let start = rows.len();
            match self.old.row(key, width) {
                Some(row) => rows.extend_from_slice(row),
                None => {
                    rows.resize(start + width, T::default());
                    compute(&mut rows[start..]);
                }
            }
            index[key] = (start / width) as u32 + 1;
        }
        let number = self.young.index[key] as usize - 1;
        &self.young.rows[number * width..][..width]
    }

    /// Forgets everything: keys mean something else from now on.
    pub fn clear(&mut self) {
        self.young.clear();
        self.old.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_computed_once_while_they_are_in_use() {
        let mut rows = Rows::new(2, 4);
        let mut computed = Vec::new();
        for key in [5, 7, 5, 9, 7, 11, 5, 11] {
            let row = rows.get(key, |row| {
                computed.push(key);
                row.fill(key as f32);
            });
            assert_eq!(row, [key as f32; 2]);
        }
        assert_eq!(computed, [5, 7, 9, 11, 5]);
    }
}
