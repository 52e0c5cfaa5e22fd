//! The items of an array and the members of an object, which may be built when they are first asked for.
//!
//! A large source is gone through once, and of it little is used. So what reading such a text gives is where its parts
//! stand, and a value is made of them when somebody looks at it.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use crate::node::{Member, Node};
use crate::unread::Unread;

/// The items of an array.
#[derive(Clone, PartialEq, Eq)]
pub struct Items(Children<Node>);

/// The members of an object.
#[derive(Clone, PartialEq, Eq)]
pub struct Members(Children<Member>);

enum Children<T> {
    Built(Vec<T>),
    Later(Box<Later<T>>),
}

struct Later<T> {
    unread: Unread,
    built: OnceLock<Vec<T>>,
}

/// What can be built from a place in a text.
trait Build: Sized {
    fn build(unread: &Unread) -> Vec<Self>;
}

impl Build for Node {
    fn build(unread: &Unread) -> Vec<Self> {
        unread.items()
    }
}

impl Build for Member {
    fn build(unread: &Unread) -> Vec<Self> {
        unread.members()
    }
}

impl<T: Build> Children<T> {
    fn later(unread: Unread) -> Self {
        Self::Later(Box::new(Later { unread, built: OnceLock::new() }))
    }

    fn get(&self) -> &[T] {
        match self {
            Self::Built(parts) => parts,
            Self::Later(later) => later.built.get_or_init(|| T::build(&later.unread)),
        }
    }

    /// The parts as far as they have been built, and where they stand if not.
    fn glance(&self) -> Result<&[T], &Unread> {
        match self {
            Self::Built(parts) => Ok(parts),
            Self::Later(later) => later.built.get().map(Vec::as_slice).ok_or(&later.unread),
        }
    }
}

impl<T: Build + Clone> Children<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::Built(parts) => parts,
            Self::Later(later) => later.built.into_inner().unwrap_or_else(|| T::build(&later.unread)),
        }
    }
}

impl<T: Build + Clone> Clone for Children<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Built(parts) => Self::Built(parts.clone()),
            Self::Later(later) => Self::later(later.unread.clone()),
        }
    }
}

impl<T: Build + PartialEq> PartialEq for Children<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Build + Eq> Eq for Children<T> {}

impl Items {
    pub(crate) const fn new(items: Vec<Node>) -> Self {
        Self(Children::Built(items))
    }

    pub(crate) fn later(unread: Unread) -> Self {
        Self(Children::later(unread))
    }

    pub(crate) fn glance(&self) -> Result<&[Node], &Unread> {
        self.0.glance()
    }
}

impl Members {
    pub(crate) const fn new(members: Vec<Member>) -> Self {
        Self(Children::Built(members))
    }

    pub(crate) fn later(unread: Unread) -> Self {
        Self(Children::later(unread))
    }

    pub(crate) fn glance(&self) -> Result<&[Member], &Unread> {
        self.0.glance()
    }
}

impl Deref for Items {
    type Target = [Node];

    fn deref(&self) -> &[Node] {
        self.0.get()
    }
}

impl Deref for Members {
    type Target = [Member];

    fn deref(&self) -> &[Member] {
        self.0.get()
    }
}

impl From<Vec<Node>> for Items {
    fn from(items: Vec<Node>) -> Self {
        Self::new(items)
    }
}

impl From<Vec<Member>> for Members {
    fn from(members: Vec<Member>) -> Self {
        Self::new(members)
    }
}

impl IntoIterator for Items {
    type Item = Node;
    type IntoIter = std::vec::IntoIter<Node>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_vec().into_iter()
    }
}

impl IntoIterator for Members {
    type Item = Member;
    type IntoIter = std::vec::IntoIter<Member>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_vec().into_iter()
    }
}

impl<'a> IntoIterator for &'a Items {
    type Item = &'a Node;
    type IntoIter = std::slice::Iter<'a, Node>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a Members {
    type Item = &'a Member;
    type IntoIter = std::slice::Iter<'a, Member>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
