//! How closely text has to follow the specification.

/// Default runs what real documents mean and notes each tolerance; strict is the specification to the letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Accepts what real descriptions write and adds a [`Note`](crate::Note) for each use.
    #[default]
    Tolerant,
    /// Accepts what the specification says and nothing else.
    Strict,
}
