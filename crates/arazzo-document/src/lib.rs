//! What was written: Arazzo and OpenAPI text as located values, with everything that is wrong with it.
//!
//! The main type of this crate is [`Workspace`]: an Arazzo Description with the sources that it names. Nothing here
//! reads a file. A workspace says which sources it wants and is handed their [`Document`]s:
//!
//! ```
//! use std::sync::Arc;
//!
//! use arazzo_document::{Document, Workspace};
//! use arazzo_expression::Mode;
//!
//! let text = "
//! arazzo: 1.0.1
//! info: { title: Pets, version: 1.0.0 }
//! sourceDescriptions:
//! - { name: pets, url: pets.yml, type: openapi }
//! workflows:
//! - workflowId: look
//!   steps:
//!   - { stepId: list, operationId: listPets }
//! ";
//! let (document, diagnostics) = Document::read("look.yml", "file:///look.yml", text.to_owned());
//! assert!(diagnostics.is_empty());
//!
//! let (workspace, diagnostics) = Workspace::new(Arc::new(document.unwrap()), Mode::Tolerant);
//! let workspace = workspace.unwrap();
//! assert!(diagnostics.is_empty());
//! assert_eq!(workspace.entry().description.sources[0].url.value, "pets.yml");
//! ```
//!
//! A text becomes a tree of [`Node`]s first, each with its [`Span`]; the [`description`] model and the [`openapi`]
//! view are read from that tree. What is wrong is a [`Diagnostic`] with a [`Code`], a [`Place`] and a remedy.

mod arazzo_document;
mod children;
pub mod description;
mod diagnostic;
mod document;
mod json;
mod nearest;
mod node;
pub mod openapi;
mod position;
mod read;
mod resolve;
mod rewrite;
mod unread;
mod workflow_ref;
mod workspace;
mod yaml;

pub use arazzo_document::ArazzoDocument;
pub use children::{Items, Members};
pub use diagnostic::{Code, Diagnostic, Place, Related, Severity};
pub use document::Document;
pub use nearest::{nearest, suggestion};
pub use node::{Data, Member, Node};
pub use position::{Position, Span};
pub use read::{Format, MAX_DEPTH, MAX_NODES, MAX_TEXT, Problem, Reading, read};
pub use resolve::{Resolution, ResolvedOperation};
pub use workflow_ref::WorkflowRef;
pub use workspace::{DocumentIndex, SourceContent, Wanted, Workspace};
