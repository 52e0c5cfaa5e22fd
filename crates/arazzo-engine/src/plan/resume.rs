//! The start of a run that goes on: what was recorded, and the secret inputs, which are in no record, given again.

use serde_json::{Map, Value};

use super::inputs::{InputProblem, InputsError};
use super::{Plan, Start};
use crate::record::Record;
use crate::secret::Secrets;

impl Plan {
    /// The start of a run whose first record is `started`. `withheld` names the secret inputs that it began with, and
    /// `given` has them again. A value that was recorded need not be given; it cannot be another one now.
    ///
    /// # Errors
    ///
    /// A secret input is missing, one is given that the run did not begin with, or what is given is not what the schema
    /// wants. A record that is no [`Record::Started`] has no inputs at all.
    pub fn resume(
        &self,
        started: &Record,
        withheld: &[String],
        given: Map<String, Value>,
    ) -> Result<Start, InputsError> {
        let (recorded, files) = match started {
            Record::Started { inputs, files, .. } => (inputs.clone(), files.clone()),
            Record::Responded { .. } | Record::Failed { .. } | Record::Woke { .. } => Default::default(),
        };
        let mut problems = Vec::new();
        let mut secret = Map::new();
        for (name, value) in given {
            if withheld.contains(&name) {
                secret.insert(name, value);
            } else if recorded.get(&name) != Some(&value) {
                let message = format!("input `{name}` cannot be changed: the run began without this value");
                let hint = Some("leave it out: what is no secret is in the journal".to_owned());
                problems.push(InputProblem { input: Some(name), message, hint });
            }
        }
        for name in withheld.iter().filter(|name| !secret.contains_key(*name)) {
            let message = format!("input `{name}` is secret, so the journal does not have it");
            let hint = Some(format!("give it again: `-i {name}=VALUE`"));
            problems.push(InputProblem { input: Some(name.clone()), message, hint });
        }
        if !problems.is_empty() {
            return Err(InputsError { problems });
        }
        let mut all = recorded;
        all.extend(secret.iter().map(|(name, value)| (name.clone(), value.clone())));
        let all = self.entry.inputs.complete(all)?;
        let warnings = self.entry.inputs.warnings(&all);
        Ok(Start { record: started.clone(), secrets: Secrets::of_inputs(secret), files, warnings })
    }
}
