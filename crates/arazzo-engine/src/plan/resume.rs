//! The start of a run that goes on: what was recorded, and the secret inputs, which are in no record, given again.

use serde_json::{Map, Value};

use super::inputs::{InputProblem, InputsError};
use super::{Plan, Start};
use crate::record::Record;
use crate::secret::Secrets;

impl Plan {
    /// The start of a run whose first record is `started`. `withheld` names the secret inputs that it began with and that
    /// the description does not have by default, and `given` has them again. A value that was recorded need not be given;
    /// it cannot be another one now.
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
        let plan = &self.entry.inputs;
        let defaults = plan.with_defaults(Map::new());
        let mut problems = Vec::new();
        let mut secret = Map::new();
        for (name, value) in given {
            if withheld.contains(&name) {
                secret.insert(name, value);
            } else if recorded.get(&name).or_else(|| defaults.get(&name)) != Some(&value) {
                let message = format!("input `{name}` cannot be changed: the run began without this value");
                let hint = Some("leave it out: what is no secret is in the journal".to_owned());
                problems.push(InputProblem { input: Some(name), message, hint });
            }
        }
        for name in withheld.iter().filter(|name| !secret.contains_key(*name)) {
            let message = format!("input `{name}` is secret, so the journal does not have it");
            let hint = Some("give it again".to_owned());
            problems.push(InputProblem { input: Some(name.clone()), message, hint });
        }
        if !problems.is_empty() {
            return Err(InputsError { problems });
        }
        let mut all = recorded.clone();
        all.extend(secret);
        let all = plan.complete(all)?;
        let warnings = plan.warnings(&all);
        // Among these are the secret ones that were what they are by default.
        let secret = all
            .into_iter()
            .filter(|(name, value)| {
                withheld.contains(name) || (!recorded.contains_key(name) && plan.holds_secret(name, value))
            })
            .collect();
        let secrets = Secrets::of_inputs(secret, &defaults);
        Ok(Start { record: started.clone(), secrets, files, warnings })
    }
}
