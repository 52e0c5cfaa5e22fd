//! The documents that an OpenAPI description is spread over.
//!
//! A [`$ref`](https://spec.openapis.org/oas/v3.1.1.html#reference-object) may lead into another document. Nothing is
//! read here: each document is walked once for references that leave it, and what they lead to is wanted.
//!
//! A value does not know the document it is in, and most references stay in the description itself. So only the others
//! are remembered, by the address of their text, which does not change while the document is kept.

use std::collections::HashMap;
use std::sync::Arc;

use url::Url;

use super::{OpenApiVersion, version_of};
use crate::document::Document;
use crate::node::{Data, Node};

/// The description itself among the documents.
const ENTRY: usize = 0;

/// The documents of one description, itself the first.
#[derive(Debug, Clone)]
pub(super) struct Files {
    list: Vec<File>,
    /// Where each document is in the list, by the place it is read from and by its `$self`.
    by_uri: HashMap<String, usize>,
    references: HashMap<usize, Reference>,
}

/// A document that is referred to.
#[derive(Debug, Clone)]
struct File {
    uri: String,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Wanted,
    Read(Arc<Document>),
    /// It could not be read, for this reason.
    Unreadable(String),
    /// It must not be read, for this reason.
    Refused(&'static str),
}

/// A reference that is not one from the description into itself.
#[derive(Debug, Clone, Copy)]
struct Reference {
    /// The document in which it stands.
    holder: usize,
    /// The document to which it leads.
    target: usize,
}

/// What a reference leads to.
pub(super) enum Target<'a> {
    /// This document.
    Document(&'a Document),
    /// One that was not supplied.
    Absent,
    /// One that could not be read, for this reason.
    Unreadable(&'a str),
    /// One that must not be read, for this reason.
    Refused(&'static str),
}

impl Files {
    pub(super) fn new(document: Arc<Document>) -> Self {
        let mut files = Self { list: Vec::new(), by_uri: HashMap::new(), references: HashMap::new() };
        let uri = normal(&document.uri);
        files.by_uri.insert(uri.clone(), ENTRY);
        files.list.push(File { uri, state: State::Wanted });
        files.read(ENTRY, document);
        files
    }

    /// The places of the documents that are wanted.
    pub(super) fn wants(&self) -> impl Iterator<Item = &str> {
        let wanted = self.list.iter().filter(|file| matches!(file.state, State::Wanted));
        wanted.map(|file| file.uri.as_str())
    }

    /// Takes the document at `uri`, or why it cannot be read. Whether it was wanted.
    pub(super) fn supply(&mut self, uri: &str, document: Result<Arc<Document>, String>) -> bool {
        let Some(index) = self.wanted(uri) else { return false };
        match document {
            Ok(document) => self.read(index, document),
            Err(fact) => self.set(index, State::Unreadable(fact)),
        }
        true
    }

    /// The index of a document that is wanted.
    pub(super) fn wanted(&self, uri: &str) -> Option<usize> {
        let index = *self.by_uri.get(uri)?;
        self.list.get(index).filter(|file| matches!(file.state, State::Wanted)).map(|_| index)
    }

    /// What the value of a `$ref` leads to.
    pub(super) fn target(&self, reference: &Node) -> Target<'_> {
        let target = match self.references.get(&address(reference)) {
            Some(known) => known.target,
            None if reference.as_str().is_some_and(|text| text.starts_with('#')) => ENTRY,
            None => return Target::Absent,
        };
        match self.list.get(target).map(|file| &file.state) {
            Some(State::Read(document)) => Target::Document(document),
            Some(State::Unreadable(fact)) => Target::Unreadable(fact),
            Some(State::Refused(fact)) => Target::Refused(fact),
            Some(State::Wanted) | None => Target::Absent,
        }
    }

    /// The document in which the value of a `$ref` stands, unless it is the description itself.
    pub(super) fn holder(&self, reference: &Node) -> Option<&Document> {
        let known = self.references.get(&address(reference))?;
        match &self.list.get(known.holder)?.state {
            State::Read(document) => Some(document),
            State::Wanted | State::Unreadable(_) | State::Refused(_) => None,
        }
    }

    fn read(&mut self, index: usize, document: Arc<Document>) {
        if let Some(own) = self_uri(&document) {
            match self.by_uri.get(&own).copied() {
                // It was referred to by its `$self`, by which alone nothing is read.
                Some(other) if other != ENTRY => self.set(other, State::Read(Arc::clone(&document))),
                Some(_) => {}
                None => drop(self.by_uri.insert(own, index)),
            }
        }
        self.set(index, State::Read(Arc::clone(&document)));
        // References of the description into itself are not remembered.
        if index != ENTRY || !document.stands_alone {
            self.walk(index, &document, &document.root, &mut None);
        }
    }

    /// Finds the references below `node`. Documents are not deeper than [`crate::MAX_DEPTH`].
    fn walk(&mut self, holder: usize, document: &Document, node: &Node, bases: &mut Option<Bases>) {
        match &node.data {
            Data::Array(items) => {
                for item in items {
                    self.walk(holder, document, item, bases);
                }
            }
            Data::Object(members) => {
                for member in members {
                    match member.value.as_str() {
                        Some(text) if member.key == "$ref" => {
                            if holder != ENTRY || !text.starts_with('#') {
                                let target = self.find(holder, document, text, bases);
                                self.references.insert(address(&member.value), Reference { holder, target });
                            }
                        }
                        Some(_) | None => self.walk(holder, document, &member.value, bases),
                    }
                }
            }
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) => {}
        }
    }

    /// The document to which the reference `text` in `document` leads.
    fn find(&mut self, holder: usize, document: &Document, text: &str, bases: &mut Option<Bases>) -> usize {
        let file = text.split_once('#').map_or(text, |(file, _)| file);
        if file.is_empty() {
            return holder;
        }
        let Bases { place, own } = bases.get_or_insert_with(|| Bases::of(document));
        if let Some(known) = own.as_ref().and_then(|own| own.join(file).ok())
            && let Some(index) = self.by_uri.get(known.as_str())
        {
            return *index;
        }
        let joined = match place {
            Some(place) => place.join(file).ok(),
            None => Url::parse(file).ok(),
        };
        let Some(uri) = joined else {
            return self.intern(file.to_owned(), State::Refused("starts at a document that is in no file"));
        };
        // A reference such as `//host/file` looks relative and leads to another host.
        let is_near = place.as_ref().is_some_and(|place| {
            place.scheme() == uri.scheme() && place.host() == uri.host() && place.port() == uri.port()
        });
        let state = if is_relative(file) && is_near {
            State::Wanted
        } else {
            State::Refused(match uri.scheme() {
                "http" | "https" => "is on another host, and only files beside the document are read",
                _ => "is not relative to the document, and only such files are read",
            })
        };
        self.intern(uri.into(), state)
    }

    fn intern(&mut self, uri: String, state: State) -> usize {
        let next = self.list.len();
        let index = *self.by_uri.entry(uri.clone()).or_insert(next);
        if index == next {
            self.list.push(File { uri, state });
        } else if let (State::Wanted, Some(file)) = (state, self.list.get_mut(index))
            && matches!(file.state, State::Refused(_))
        {
            // Another reference to it is one that may be followed.
            file.state = State::Wanted;
        }
        index
    }

    fn set(&mut self, index: usize, state: State) {
        if let Some(file) = self.list.get_mut(index) {
            file.state = state;
        }
    }
}

/// Where the references of a document start.
struct Bases {
    /// The place it was read from, by which files are found.
    place: Option<Url>,
    /// Its `$self`, by which documents know each other.
    own: Option<Url>,
}

impl Bases {
    fn of(document: &Document) -> Self {
        let own = self_uri(document).and_then(|own| Url::parse(&own).ok());
        Self { place: Url::parse(&document.uri).ok(), own }
    }
}

/// The [`$self`](https://spec.openapis.org/oas/v3.2.0.html#oas-self) of a document since OpenAPI 3.2.
pub(super) fn self_uri(document: &Document) -> Option<String> {
    let own = document.root.get("$self")?.as_str()?;
    if version_of(document).ok()? != OpenApiVersion::V3_2 {
        return None;
    }
    let resolved = match Url::parse(own) {
        Ok(absolute) => absolute,
        Err(_) => Url::parse(&document.uri).ok()?.join(own).ok()?,
    };
    Some(resolved.into())
}

fn normal(uri: &str) -> String {
    Url::parse(uri).map_or_else(|_| uri.to_owned(), Into::into)
}

/// Whether a reference starts at the document it is in: nothing else is read, for a description must not choose any
/// file of the machine.
fn is_relative(file: &str) -> bool {
    Url::parse(file) == Err(url::ParseError::RelativeUrlWithoutBase)
        && !file.starts_with(|first: char| first == '/' || first == '\\' || first <= ' ')
}

/// A key for a value in a document that is kept.
fn address(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}
