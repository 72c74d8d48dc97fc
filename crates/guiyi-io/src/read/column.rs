//! Builds one column of a batch straight into Arrow's buffers.

use arrow_array::StringArray;
use arrow_buffer::{Buffer, NullBufferBuilder, OffsetBuffer, ScalarBuffer};

/// The cells of one column, as they come in.
pub(crate) struct ColumnBuilder {
    text: Vec<u8>,
    offsets: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl ColumnBuilder {
    /// A builder for about `n_rows` cells.
    pub(crate) fn new(n_rows: usize) -> Self {
        let mut offsets = Vec::with_capacity(n_rows + 1);
        offsets.push(0);
        Self {
            text: Vec::with_capacity(n_rows * 8),
            offsets,
            nulls: NullBufferBuilder::new(n_rows),
        }
    }

    /// Adds a cell; an empty one is null. The text of all cells must stay below 2 GiB, which the caller's limits hold.
    #[expect(clippy::cast_possible_wrap, reason = "below 2 GiB, as demanded")]
    pub(crate) fn push(&mut self, cell: &[u8]) {
        self.text.extend_from_slice(cell);
        self.offsets.push(self.text.len() as i32);
        if cell.is_empty() {
            self.nulls.append_null();
        } else {
            self.nulls.append_non_null();
        }
    }

    /// The column; `None` if a cell is not UTF-8, which happens only to a file that changed since it was checked.
    pub(crate) fn finish(mut self) -> Option<StringArray> {
        self.text.shrink_to_fit();
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.offsets));
        StringArray::try_new(offsets, Buffer::from_vec(self.text), self.nulls.finish()).ok()
    }
}
