//! Products of matrices, on top of `matrixmultiply`.

/// Numbers seen as rows and columns.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    steps: (usize, usize),
}

impl<'a> Matrix<'a> {
    /// The first `columns` of rows that lie `step` numbers apart.
    pub fn new(data: &'a [f32], rows: usize, columns: usize, step: usize) -> Self {
        assert!(columns <= step && (rows == 0 || data.len() >= (rows - 1) * step + columns));
        Matrix { data, rows, columns, steps: (step, 1) }
    }

    /// Dense rows.
    pub fn dense(data: &'a [f32], rows: usize, columns: usize) -> Self {
        Matrix::new(data, rows, columns, columns)
    }

    /// Rows as columns.
    pub fn transposed(self) -> Self {
        Matrix { rows: self.columns, columns: self.rows, steps: (self.steps.1, self.steps.0), ..self }
    }
}

/// `out = a · b + keep · out`, where rows of `out` lie `step` numbers apart.
pub fn multiply(a: Matrix<'_>, b: Matrix<'_>, keep: f32, out: &mut [f32], step: usize) {
    assert!(a.columns == b.rows && b.columns <= step);
    assert!(a.rows == 0 || out.len() >= (a.rows - 1) * step + b.columns);
    // SAFETY: both views were checked against their data when made, and `out` above; the steps are theirs.
    unsafe {
        matrixmultiply::sgemm(
            a.rows,
            a.columns,
            b.columns,
            1.0,
            a.data.as_ptr(),
            a.steps.0 as isize,
            a.steps.1 as isize,
            b.data.as_ptr(),
            b.steps.0 as isize,
            b.steps.1 as isize,
            keep,
            out.as_mut_ptr(),
            step as isize,
            1,
        );
    }
}
