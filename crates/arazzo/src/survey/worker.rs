//! Processes of this program that survey one description after the other.
//!
//! A survey is of descriptions that nobody has looked at, and what one of them does to the program must not take the
//! figures of the others with it. So each is looked at in another process, which says what it begins; when it ends before
//! its answer, that is the answer.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Error, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::outcome::Surveyed;

/// What a worker is asked, on a line of its standard input.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Question {
    pub(super) description: Description,
    /// The workflows at which a worker has ended, by their index. They are not looked at again.
    pub(super) fatal: Vec<usize>,
}

/// A description that is to be surveyed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Description {
    File(PathBuf),
    Url(String),
    /// What standard input gave.
    Text(String),
}

impl Description {
    pub(super) fn name(&self) -> Cow<'_, str> {
        match self {
            Self::File(path) => path.to_string_lossy(),
            Self::Url(url) => Cow::Borrowed(url),
            Self::Text(_) => Cow::Borrowed("<stdin>"),
        }
    }
}

/// A line of what a worker says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Said {
    /// It begins with the workflow of this index.
    Begun(usize),
    /// It is done with the description.
    Done(Surveyed),
}

/// Workers that wait for a question, and how a further one is made.
pub(super) struct Workers<F> {
    command: F,
    idle: Mutex<Vec<Worker>>,
}

impl<F: Fn() -> Result<Command, Error>> Workers<F> {
    pub(super) fn new(command: F) -> Self {
        Self { command, idle: Mutex::default() }
    }

    /// What a worker says of a description; `None` when it ended before it had begun with a workflow.
    ///
    /// # Errors
    ///
    /// No worker could be started.
    pub(super) fn survey(&self, description: &Description) -> Result<Option<Surveyed>, Error> {
        let mut question = Question { description: description.clone(), fatal: Vec::new() };
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut worker = match idle {
                Some(worker) => worker,
                None => Worker::start((self.command)()?)?,
            };
            let mut begun = None;
            match worker.ask(&question, &mut begun) {
                Ok(surveyed) => {
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
                    return Ok(Some(surveyed));
                }
                Err(_) => {
                    // Whatever is wrong with the worker, it is over with it.
                    let _ = worker.process.kill();
                    match begun.filter(|index| !question.fatal.contains(index)) {
                        Some(index) => question.fatal.push(index),
                        None => return Ok(None),
                    }
                }
            }
        }
    }
}

/// One process.
struct Worker {
    process: Child,
    /// Taken when it is to end.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    fn start(mut command: Command) -> Result<Self, Error> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (questions, answers) = (process.stdin.take(), process.stdout.take());
        let answers = answers.ok_or_else(|| Error::other("the worker cannot be heard"))?;
        Ok(Self { process, questions, answers: BufReader::new(answers) })
    }

    /// Asks, and waits for the answer. `begun` is the workflow with which it has begun last.
    fn ask(&mut self, question: &Question, begun: &mut Option<usize>) -> Result<Surveyed, Error> {
        let questions =
            self.questions.as_mut().ok_or_else(|| Error::other("the worker is not asked any more"))?;
        writeln!(questions, "{}", serde_json::to_string(question)?)?;
        questions.flush()?;
        let mut line = String::new();
        loop {
            line.clear();
            self.answers.read_line(&mut line)?;
            match serde_json::from_str(&line)? {
                Said::Begun(index) => *begun = Some(index),
                Said::Done(surveyed) => return Ok(surveyed),
            }
        }
    }
}

impl Drop for Worker {
    /// A worker ends with its questions.
    fn drop(&mut self) {
        drop(self.questions.take());
        let _ = self.process.wait();
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    /// Workers that are shell scripts. `$n` is the number of the worker.
    fn survey(script: &str) -> Option<Surveyed> {
        let started = std::cell::Cell::new(0);
        let workers = Workers::new(|| {
            started.set(started.get() + 1);
            let mut command = Command::new("sh");
            command.args(["-c", script]).env("n", started.get().to_string());
            Ok(command)
        });
        workers.survey(&Description::Text("x".to_owned())).unwrap()
    }

    const DONE: &str = r#"{"done":{"file":"f","resolved":true,"unreadable":null,"workflows":[]}}"#;

    #[test]
    fn what_a_worker_says_last_is_its_answer() {
        let surveyed = survey(&format!("read q; echo '{{\"begun\":0}}'; echo '{DONE}'")).unwrap();
        assert_eq!(surveyed.file, "f");
    }

    #[test]
    fn a_workflow_at_which_a_worker_ends_is_left_out_by_the_next() {
        let script = format!(
            r#"read q; case "$n$q" in 1*) echo '{{"begun":1}}'; kill -9 $$;; 2*'"fatal":[1]'*) echo '{DONE}';; esac"#
        );
        assert!(survey(&script).is_some());
    }

    #[test]
    fn a_worker_that_ends_again_and_again_is_given_up() {
        assert!(survey("read q; exit 134").is_none());
        assert!(survey(r#"read q; echo '{"begun":1}'"#).is_none());
        assert!(survey("read q; echo nonsense; exec sleep 0").is_none());
    }
}
