//! What every journal has to keep to, as a test (cargo feature `testing`).
