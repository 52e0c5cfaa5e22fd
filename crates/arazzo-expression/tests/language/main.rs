//! The expression language, from the outside. Each file is one chapter.

mod conditions;
mod expressions;
mod hostile;
mod jsonpath;
mod regex;
mod templates;
mod world;
