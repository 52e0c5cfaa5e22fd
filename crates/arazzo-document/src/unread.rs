//! The parts of a text that was gone through and of which no values have been made.
//!
//! Going through a text finds whether there is anything to say about it. If so, it is read at once, as every small text
//! is; else its values can be made later, one array or object at a time, and nothing can be wrong with them any more.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::node::{Data, Member, Node};
use crate::read::Format;
use crate::{json, yaml};

/// The inside of an array or object in a text.
#[derive(Clone)]
pub(crate) enum Unread {
    Json(json::Unread),
    Yaml(yaml::Unread),
}

/// Goes through a text without byte order mark. `None` when something is wrong with it or is better read at once.
pub(crate) fn outline(text: &Arc<String>, format: Format) -> Option<Outline> {
    match format {
        Format::Json => json::outline(text),
        Format::Yaml => yaml::outline(text),
    }
}

/// What going through a text gave.
pub(crate) struct Outline {
    /// The value, of which nothing has been built.
    pub(crate) root: Node,
    /// Whether there may be a `$ref` in it that does not lead into the same text.
    pub(crate) refers_elsewhere: bool,
}

impl Unread {
    pub(crate) fn items(&self) -> Vec<Node> {
        match self {
            Self::Json(unread) => unread.items(),
            Self::Yaml(unread) => unread.items(),
        }
    }

    pub(crate) fn members(&self) -> Vec<Member> {
        match self {
            Self::Json(unread) => unread.members(),
            Self::Yaml(unread) => unread.members(),
        }
    }
}

/// A value that is looked at without being built.
#[derive(Clone, Copy)]
pub(crate) enum Glance<'a> {
    Built(&'a Node),
    Json(json::Glance<'a>),
    Yaml(yaml::Glance<'a>),
}

impl<'a> Glance<'a> {
    pub(crate) fn is_object(self) -> bool {
        match self {
            Self::Built(node) => matches!(node.data, Data::Object(_)),
            Self::Json(glance) => glance.is_object(),
            Self::Yaml(glance) => glance.is_object(),
        }
    }

    /// The string, if this is one.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Built(node) => node.as_str().map(Cow::from),
            Self::Json(glance) => glance.text(),
            Self::Yaml(glance) => glance.text(),
        }
    }

    /// Calls `found` with each member, if this is an object, until it breaks.
    pub(crate) fn members(self, found: &mut dyn FnMut(Cow<'a, str>, Self) -> ControlFlow<()>) {
        match self {
            Self::Built(node) => {
                let Data::Object(members) = &node.data else { return };
                match members.glance() {
                    Ok(members) => {
                        let _all = members.iter().try_for_each(|member| {
                            found(Cow::from(member.key.as_str()), Self::Built(&member.value))
                        });
                    }
                    Err(Unread::Json(unread)) => unread.glance().members(found),
                    Err(Unread::Yaml(unread)) => unread.glance().members(found),
                }
            }
            Self::Json(glance) => glance.members(found),
            Self::Yaml(glance) => glance.members(found),
        }
    }

    /// The value of the member `key`, if this is an object that has it.
    pub(crate) fn get(self, key: &str) -> Option<Self> {
        let mut value = None;
        self.members(&mut |name, member| {
            if name != key {
                return ControlFlow::Continue(());
            }
            value = Some(member);
            ControlFlow::Break(())
        });
        value
    }
}
