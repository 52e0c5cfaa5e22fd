//! The items of an array and the members of an object, which may be built when they are first asked for.
//!
//! A large source is gone through once, and of it little is used. So what reading such a text gives is where its parts
//! stand, and a value is made of them when somebody looks at it. The members of a wide object are put in the order of
//! their keys when one of them is looked for: each of many references looks into the object that has what they mean.

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
    /// Many, in a box so that other values are no larger for it.
    Wide(Box<Parts<T>>),
    Later(Box<Later<T>>),
}

struct Later<T> {
    unread: Unread,
    built: OnceLock<Parts<T>>,
}

/// Parts, with their order by key once one has been looked for.
struct Parts<T> {
    list: Vec<T>,
    by_key: OnceLock<Vec<u32>>,
}

/// Among so many members one is found faster by looking at each.
const FEW: usize = 64;

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
            Self::Wide(parts) => &parts.list,
            Self::Later(later) => &later.built().list,
        }
    }

    /// The parts as far as they have been built, and where they stand if not.
    fn glance(&self) -> Result<&[T], &Unread> {
        match self {
            Self::Built(parts) => Ok(parts),
            Self::Wide(parts) => Ok(&parts.list),
            Self::Later(later) => later.built.get().map(|parts| parts.list.as_slice()).ok_or(&later.unread),
        }
    }
}

impl<T: Build> Later<T> {
    fn built(&self) -> &Parts<T> {
        self.built.get_or_init(|| Parts::new(T::build(&self.unread)))
    }
}

impl<T> Parts<T> {
    fn new(list: Vec<T>) -> Self {
        Self { list, by_key: OnceLock::new() }
    }
}

impl Parts<Member> {
    /// The index of the first member with this key.
    fn position(&self, key: &str) -> Option<usize> {
        if self.list.len() <= FEW {
            return position(&self.list, key);
        }
        let key_at = |index: u32| self.list.get(index as usize).map(|member| member.key.as_str());
        let by_key = self.by_key.get_or_init(|| {
            let mut order: Vec<u32> = (0..).take(self.list.len()).collect();
            order.sort_by_key(|index| key_at(*index));
            order
        });
        let index = *by_key.get(by_key.partition_point(|index| key_at(*index) < Some(key)))?;
        (key_at(index) == Some(key)).then_some(index as usize)
    }
}

fn position(members: &[Member], key: &str) -> Option<usize> {
    members.iter().position(|member| member.key == key)
}

impl<T: Build + Clone> Children<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::Built(parts) => parts,
            Self::Wide(parts) => parts.list,
            Self::Later(later) => match later.built.into_inner() {
                Some(parts) => parts.list,
                None => T::build(&later.unread),
            },
        }
    }
}

impl<T: Build + Clone> Clone for Children<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Built(parts) => Self::Built(parts.clone()),
            Self::Wide(parts) => Self::Wide(Box::new(Parts::new(parts.list.clone()))),
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
    pub(crate) fn later(unread: Unread) -> Self {
        Self(Children::later(unread))
    }

    pub(crate) fn glance(&self) -> Result<&[Node], &Unread> {
        self.0.glance()
    }
}

impl Members {
    /// The index of the member with this key.
    pub(crate) fn position(&self, key: &str) -> Option<usize> {
        match &self.0 {
            Children::Built(members) => position(members, key),
            Children::Wide(parts) => parts.position(key),
            Children::Later(later) => later.built().position(key),
        }
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
        Self(Children::Built(items))
    }
}

impl From<Vec<Member>> for Members {
    fn from(members: Vec<Member>) -> Self {
        let is_wide = members.len() > FEW;
        Self(if is_wide { Children::Wide(Box::new(Parts::new(members))) } else { Children::Built(members) })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;
    use crate::node::Data;

    /// An object with so many members, read at once and when it is looked at.
    fn wide(count: usize) -> [Node; 2] {
        let members: Vec<String> = (0..count).map(|n| format!("\"k{n}\": {n}")).collect();
        let text = format!("{{{}}}{}", members.join(", "), " ".repeat(5_000));
        let read = Document::read("a.json", "a.json", text.clone()).0.unwrap();
        let opened = Document::open("a.json", "a.json", text).0.unwrap();
        [read.root, opened.root]
    }

    fn has_order(node: &Node) -> bool {
        let Data::Object(Members(children)) = &node.data else { panic!() };
        match children {
            Children::Built(_) => false,
            Children::Wide(parts) => parts.by_key.get().is_some(),
            Children::Later(later) => later.built().by_key.get().is_some(),
        }
    }

    #[test]
    fn a_member_of_a_wide_object_is_found_by_the_order_of_the_keys() {
        for count in [0, 1, FEW, FEW + 1, 1_000] {
            for node in wide(count) {
                assert!(!has_order(&node));
                for n in 0..count {
                    let member = node.member(&format!("k{n}")).unwrap();
                    assert_eq!(member.value.as_u64(), Some(n as u64));
                }
                for key in ["", "k", "k1_", "l", &format!("k{count}")] {
                    assert_eq!(node.get(key), None);
                }
                assert_eq!(has_order(&node), count > FEW, "{count}");
            }
        }
    }

    #[test]
    fn the_order_of_the_keys_is_no_part_of_the_value() {
        let [read, opened] = wide(1_000);
        assert!(read.get("k7").is_some() && has_order(&read));
        assert_eq!(read, opened);
        assert!(!has_order(&read.clone()) && read.clone() == read);
        assert_eq!(read.as_object().unwrap()[7].key, "k7");
    }

    #[test]
    fn of_two_members_with_one_key_the_first_is_found() {
        let [read, _] = wide(100);
        let mut members = read.as_object().unwrap().to_vec();
        let mut again = members.clone();
        again.iter_mut().for_each(|member| member.value.data = Data::Null);
        members.append(&mut again);
        let members = Members::from(members);
        assert!((0..100).all(|n| members.position(&format!("k{n}")) == Some(n)));
    }

    #[test]
    fn the_order_of_the_keys_makes_no_value_larger() {
        assert!(size_of::<Members>() <= size_of::<Vec<Member>>());
    }
}
