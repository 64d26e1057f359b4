//! Sums and products of small integers, many at once.
//!
//! Integer arithmetic in a fixed order: what AVX2 computes where the machine has it is bit for bit what the plain code
//! computes elsewhere.

/// Numbers are multiples of one of this, in the sums of the hidden layer and of contexts.
pub const UNIT: f32 = 254.0;
/// The same for inputs: four times [`UNIT`], and eight times the unit of word vectors.
pub const INPUT_UNIT: f32 = 1016.0;
/// The same for weights.
pub const WEIGHT_UNIT: f32 = 4096.0;
/// Outputs that a product of a matrix computes together; [`tiles`] lays its weights out for it.
pub const TILE: usize = 64;

/// Rounds numbers to multiples of one of `unit`.
pub fn quantised(numbers: &[f32], unit: f32) -> Vec<i16> {
    numbers.iter().map(|x| (x * unit).round().clamp(-32767.0, 32767.0) as i16).collect()
}

/// Lays out a matrix of `columns` outputs for [`Lanes::product`]: by tile of `tile` outputs and pair of inputs, two weights an output.
/// The last tile is filled with zeros.
pub fn tiles(weights: &[f32], columns: usize, tile: usize) -> Vec<i16> {
    let weights = quantised(weights, WEIGHT_UNIT);
    let inputs = weights.len() / columns;
    let mut out = Vec::with_capacity(inputs.next_multiple_of(2) * columns.next_multiple_of(tile));
    for first in (0..columns).step_by(tile) {
        for pair in (0..inputs).step_by(2) {
            for column in first..first + tile {
                for input in [pair, pair + 1] {
                    let inside = column < columns && input < inputs;
                    out.push(if inside { weights[input * columns + column] } else { 0 });
                }
            }
        }
    }
    out
}

/// The pairs of inputs that are not both zero: number of the pair, and the two.
#[derive(Debug, Default)]
pub struct Pairs {
    of: Vec<(u32, [i16; 2])>,
    /// Pairs there would be with those of zeros.
    depth: usize,
}

impl Pairs {
    /// Takes new inputs.
    pub fn set(&mut self, inputs: &[i16]) {
        self.depth = inputs.len() / 2;
        self.of.clear();
        for (n, pair) in (0..).zip(inputs.chunks_exact(2)) {
            if pair != [0, 0] {
                self.of.push((n, [pair[0], pair[1]]));
            }
        }
    }
}

/// What the machine can do.
#[derive(Clone, Copy, Debug)]
pub struct Lanes {
    #[cfg(target_arch = "x86_64")]
    avx2: bool,
}

impl Lanes {
    /// Asks the machine.
    pub fn detect() -> Self {
        Lanes {
            #[cfg(target_arch = "x86_64")]
            avx2: std::arch::is_x86_feature_detected!("avx2"),
        }
    }

    /// The plain code, whatever the machine can do.
    #[cfg(test)]
    fn plain() -> Self {
        Lanes {
            #[cfg(target_arch = "x86_64")]
            avx2: false,
        }
    }

    /// Adds each of `rows` to `sums`, saturating, then sets what is negative to zero; lengths are multiples of [`TILE`].
    pub fn rectified_sum(self, rows: &[&[i16]], sums: &mut [i16]) {
        #[cfg(target_arch = "x86_64")]
        if self.avx2 {
            // SAFETY: the machine has AVX2.
            return unsafe { avx2::rectified_sum(rows, sums) };
        }
        rectified_sum(rows, sums);
    }

    /// Adds `row` to `sums`, saturating.
    pub fn add(self, row: &[i16], sums: &mut [i16]) {
        #[cfg(target_arch = "x86_64")]
        if self.avx2 {
            // SAFETY: the machine has AVX2.
            return unsafe { avx2::add(row, sums) };
        }
        add(row, sums);
    }

    /// Adds rows of bytes, found by their numbers in `table`, to `sums`, which is as wide as a row. No sum may leave 16 bits.
    pub fn add_rows(self, table: &[i8], found: &[u32], sums: &mut [i16]) {
        #[cfg(target_arch = "x86_64")]
        if self.avx2 {
            // SAFETY: the machine has AVX2.
            return unsafe { avx2::add_rows(table, found, sums) };
        }
        add_rows(table, found, sums);
    }

    /// Adds inputs times weights, laid out by [`tiles`] in tiles of `N` eights, to `sums`.
    pub fn product<const N: usize>(self, inputs: &Pairs, weights: &[i16], sums: &mut [i32]) {
        assert_eq!(weights.len(), inputs.depth * 2 * sums.len());
        assert_eq!(sums.len() % (8 * N), 0);
        #[cfg(target_arch = "x86_64")]
        if self.avx2 {
            // SAFETY: the machine has AVX2.
            return unsafe { avx2::product::<N>(inputs, weights, sums) };
        }
        for (sums, weights) in sums.chunks_exact_mut(8 * N).zip(weights.chunks_exact(inputs.depth * 16 * N)) {
            for &(n, [a, b]) in &inputs.of {
                let weights = &weights[n as usize * 16 * N..][..16 * N];
                for (sum, w) in sums.iter_mut().zip(weights.chunks_exact(2)) {
                    let product = i32::from(a) * i32::from(w[0]);
                    *sum = sum.wrapping_add(product.wrapping_add(i32::from(b) * i32::from(w[1])));
                }
            }
        }
    }

    /// Adds numbers in units of a product, rounded to units of a sum by cutting off `bits`, to `sums`, saturating.
    pub fn add_rounded(self, products: &[i32], bits: u32, sums: &mut [i16]) {
        #[cfg(target_arch = "x86_64")]
        if self.avx2 {
            // SAFETY: the machine has AVX2.
            return unsafe { avx2::add_rounded(products, bits, sums) };
        }
        add_rounded(products, bits, sums);
    }
}

#[inline(always)]
fn rectified_sum(rows: &[&[i16]], sums: &mut [i16]) {
    for (n, sums) in sums.chunks_exact_mut(TILE).enumerate() {
        let mut total: [i16; TILE] = (&*sums).try_into().expect("a tile");
        for row in rows {
            let row: &[i16; TILE] = row[n * TILE..(n + 1) * TILE].try_into().expect("a tile");
            for (t, r) in total.iter_mut().zip(row) {
                *t = t.saturating_add(*r);
            }
        }
        for (sum, t) in sums.iter_mut().zip(total) {
            *sum = t.max(0);
        }
    }
}

#[inline(always)]
fn add(row: &[i16], sums: &mut [i16]) {
    for (s, r) in sums.iter_mut().zip(row) {
        *s = s.saturating_add(*r);
    }
}

#[inline(always)]
fn add_rows(table: &[i8], found: &[u32], sums: &mut [i16]) {
    let width = sums.len();
    for &at in found {
        for (s, &w) in sums.iter_mut().zip(&table[at as usize * width..][..width]) {
            *s = s.wrapping_add(i16::from(w));
        }
    }
}

#[inline(always)]
fn add_rounded(products: &[i32], bits: u32, sums: &mut [i16]) {
    for (sum, &product) in sums.iter_mut().zip(products) {
        let rounded = product.wrapping_add(1 << (bits - 1)) >> bits;
        *sum = sum.saturating_add(rounded.clamp(-32768, 32767) as i16);
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::Pairs;
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx2")]
    pub fn rectified_sum(rows: &[&[i16]], sums: &mut [i16]) {
        super::rectified_sum(rows, sums);
    }

    #[target_feature(enable = "avx2")]
    pub fn add(row: &[i16], sums: &mut [i16]) {
        super::add(row, sums);
    }

    #[target_feature(enable = "avx2")]
    pub fn add_rows(table: &[i8], found: &[u32], sums: &mut [i16]) {
        super::add_rows(table, found, sums);
    }

    #[target_feature(enable = "avx2")]
    pub fn add_rounded(products: &[i32], bits: u32, sums: &mut [i16]) {
        super::add_rounded(products, bits, sums);
    }

    #[target_feature(enable = "avx2")]
    pub fn product<const N: usize>(inputs: &Pairs, weights: &[i16], sums: &mut [i32]) {
        for (sums, weights) in sums.chunks_exact_mut(8 * N).zip(weights.chunks_exact(inputs.depth * 16 * N)) {
            let mut totals = [_mm256_setzero_si256(); N];
            for &(n, [a, b]) in &inputs.of {
                let pair = _mm256_set1_epi32(i32::from(a) & 0xffff | i32::from(b) << 16);
                let weights = &weights[n as usize * 16 * N..][..16 * N];
                for (total, weights) in totals.iter_mut().zip(weights.chunks_exact(16)) {
                    // SAFETY: sixteen numbers of two bytes are there to be read.
                    let weights = unsafe { _mm256_loadu_si256(weights.as_ptr().cast()) };
                    *total = _mm256_add_epi32(*total, _mm256_madd_epi16(pair, weights));
                }
            }
            for (sums, total) in sums.chunks_exact_mut(8).zip(totals) {
                // SAFETY: eight numbers of four bytes are there to be read and written.
                unsafe {
                    let sum = _mm256_loadu_si256(sums.as_ptr().cast());
                    _mm256_storeu_si256(sums.as_mut_ptr().cast(), _mm256_add_epi32(sum, total));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_machine_and_the_plain_code_agree(seed: u64) {
            let mut seed = seed;
            let mut next = || {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                if seed >> 60 < 5 { 0 } else { (seed >> 40) as i16 }
            };
            let inputs: Vec<i16> = (0..16).map(|_| next()).collect();
            let weights: Vec<i16> = (0..16 * 2 * TILE).map(|_| next()).collect();
            let rows: Vec<Vec<i16>> = (0..5).map(|_| (0..2 * TILE).map(|_| next()).collect()).collect();
            let mut pairs = Pairs::default();
            pairs.set(&inputs);
            let run = |lanes: Lanes| {
                let mut products = vec![7; 2 * TILE];
                lanes.product::<8>(&pairs, &weights, &mut products);
                let mut sums = rows[0].clone();
                lanes.add(&rows[1], &mut sums);
                lanes.add_rounded(&products, 12, &mut sums);
                let rows: Vec<&[i16]> = rows[2..].iter().map(|r| r.as_slice()).collect();
                lanes.rectified_sum(&rows, &mut sums);
                let table: Vec<i8> = weights.iter().map(|&w| w as i8).collect();
                let mut some = vec![3; 67];
                lanes.add_rows(&table, &[0, 2, 1, 2], &mut some);
                (products, sums, some)
            };
            prop_assert_eq!(run(Lanes::detect()), run(Lanes::plain()));
        }
    }

    #[test]
    fn a_product_is_that_of_the_matrix() {
        let weights: Vec<f32> = (0..3 * 5).map(|i| i as f32 / 8.0).collect();
        let mut pairs = Pairs::default();
        pairs.set(&[2, -1, 3, 0]);
        let mut sums = vec![0; 8];
        Lanes::detect().product::<1>(&pairs, &tiles(&weights, 5, 8), &mut sums);
        let expected: Vec<i32> = (0..5).map(|c| (2 * c - (5 + c) + 3 * (10 + c)) * 512).collect();
        assert_eq!(sums[..5], expected);
        assert_eq!(sums[5..], [0; 3]);
    }
}
