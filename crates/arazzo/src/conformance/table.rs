//! What is printed: a line for each chapter, and for each case that failed what differs.

use std::fmt::Write;

use super::Checked;

/// The table of cases by chapter, with what differs before it.
pub(super) fn show(checked: &[Checked<'_>]) -> String {
    let mut text = String::new();
    for Checked { case, differences } in checked.iter().filter(|checked| !checked.differences.is_empty()) {
        let _ = writeln!(text, "{}\n  {}", case.id(), case.link);
        for difference in differences {
            let _ = writeln!(text, "  {difference}");
        }
    }
    let mut rows: Vec<(&str, &str, Count)> = Vec::new();
    let mut total = Count::default();
    for one in checked {
        if rows.last().is_none_or(|(file, ..)| *file != one.case.file) {
            rows.push((&one.case.file, &one.case.chapter, Count::default()));
        }
        if let Some((.., count)) = rows.last_mut() {
            count.add(one);
        }
        total.add(one);
    }
    let _ =
        writeln!(text, "\n{:<22}{:>7}{:>7}{:>8}{:>8}  chapter", "file", "cases", "runs", "passed", "failed");
    for (file, chapter, count) in rows {
        let _ = writeln!(text, "{file:<22}{count}  {chapter}");
    }
    let _ = writeln!(text, "{:<22}{total}", "all");
    text
}

#[derive(Default)]
struct Count {
    /// A case for two versions is one case and two runs.
    cases: usize,
    runs: usize,
    failed: usize,
    last: String,
}

impl Count {
    fn add(&mut self, one: &Checked<'_>) {
        let name = format!("{} {}", one.case.file, one.case.name);
        self.cases += usize::from(self.last != name);
        self.last = name;
        self.runs += 1;
        self.failed += usize::from(!one.differences.is_empty());
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let passed = self.runs - self.failed;
        write!(f, "{:>7}{:>7}{passed:>8}{:>8}", self.cases, self.runs, self.failed)
    }
}
