//! `arazzo explain`: a page for each code of a diagnostic, with a wrong and a right example.

mod pages;

use arazzo_document::{Code, nearest};
use clap::Args;

use crate::exit::Exit;
use crate::output;

/// The arguments of `arazzo explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The code in a message, such as `unknown-step`; without one, all codes are listed.
    #[arg(value_name = "CODE", value_parser = code)]
    code: Option<Code>,
}

/// What there is to say about a code, as Markdown: a title, a line that says what it is, and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) text: &'static str,
}

impl Page {
    /// The paragraph below the title.
    pub(crate) fn summary(self) -> &'static str {
        self.text.split("\n\n").nth(1).unwrap_or_default().trim()
    }
}

/// Prints the page of a code, or a line for each.
pub(crate) fn run(args: &ExplainArgs) -> Exit {
    match args.code {
        Some(code) => output::print(page(code).text.trim_end()),
        None => {
            let width = Code::ALL.iter().map(|code| code.as_str().len()).max().unwrap_or_default();
            let mut codes = Code::ALL.to_vec();
            codes.sort_by_key(|code| code.as_str());
            for code in codes {
                let summary = page(code).summary().replace('\n', " ");
                output::print(&format!("{:width$}  {summary}", code.as_str()));
            }
        }
    }
    Exit::Success
}

/// The page of a code. A test sees to it that each has one.
pub(crate) fn page(code: Code) -> Page {
    let page = pages::PAGES.iter().find(|(name, _)| *name == code.as_str());
    page.map_or(Page { text: "" }, |(_, page)| *page)
}

/// The code with this name.
pub(crate) fn code(name: &str) -> Result<Code, String> {
    if let Some(code) = Code::ALL.iter().find(|code| code.as_str() == name) {
        return Ok(*code);
    }
    let near = nearest(name, Code::ALL.iter().map(|code| code.as_str()));
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`arazzo explain` lists them".to_owned(),
    };
    Err(format!("there is no code `{name}`: {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        let without: Vec<Code> =
            Code::ALL.iter().copied().filter(|code| page(*code).text.is_empty()).collect();
        assert_eq!(without, [], "write `explain/pages/CODE.md` and name it in `explain/pages.rs`");
        for (name, _) in pages::PAGES {
            assert!(code(name).is_ok(), "`{name}` has a page and is no code");
        }
        assert_eq!(pages::PAGES.len(), Code::ALL.len());
    }

    #[test]
    fn every_page_has_the_same_parts() {
        for (name, page) in pages::PAGES {
            assert!(page.text.starts_with(&format!("# {name}\n\n")), "{name}");
            assert!(!page.summary().is_empty() && !page.summary().contains('\n'), "{name}");
            for part in ["\nWrong:\n", "\nRight:\n", "\nSee "] {
                assert_eq!(page.text.matches(part).count(), 1, "{name}: {part}");
            }
            assert_eq!(page.text.matches("```").count(), 4, "{name}");
            assert!(page.text.contains("](https://"), "{name}");
        }
    }

    #[test]
    fn an_unknown_code_asks_what_was_meant() {
        assert_eq!(code("unknown-step"), Ok(Code::UnknownStep));
        assert!(code("unknown-stap").unwrap_err().contains("did you mean `unknown-step`?"));
        assert!(code("zzz").unwrap_err().contains("`arazzo explain`"));
    }
}
