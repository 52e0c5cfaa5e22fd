//! Keeps events for reports, within bounds.

use arazzo_engine::{Event, EventKind};

/// So many bytes of bodies are kept of runs that are under way. Those that come later are left out of reports.
const MAX_BODIES: usize = 64 * 1024 * 1024;

/// Takes in the events of one run.
#[derive(Debug)]
pub(crate) struct Recorder {
    is_wanted: bool,
    events: Vec<Event>,
    /// How many bytes of bodies there is still room for.
    room: usize,
}

impl Recorder {
    /// One that keeps events only if they are wanted.
    pub(crate) fn new(is_wanted: bool) -> Self {
        Self::beside(is_wanted, 1)
    }

    /// One of so many that keep events at the same time.
    pub(crate) fn beside(is_wanted: bool, all: usize) -> Self {
        Self { is_wanted, events: Vec::new(), room: MAX_BODIES / all.max(1) }
    }

    /// Keeps an event.
    pub(crate) fn add(&mut self, event: &Event) {
        if !self.is_wanted {
            return;
        }
        let size = size_of_bodies(&event.kind);
        match self.room.checked_sub(size) {
            Some(room) => {
                self.room = room;
                self.events.push(event.clone());
            }
            None => self.events.push(Event { at: event.at, kind: without_bodies(&event.kind) }),
        }
    }

    /// What was kept.
    pub(crate) fn finish(self) -> Vec<Event> {
        self.events
    }
}

fn size_of_bodies(kind: &EventKind) -> usize {
    let of_text = |body: &Option<String>| body.as_ref().map_or(0, String::len);
    if let EventKind::CallStarted { body, .. } = kind {
        of_text(body)
    } else if let EventKind::CallFinished { body, bytes, .. } = kind {
        of_text(body).saturating_add(bytes.as_ref().map_or(0, Vec::len))
    } else {
        0
    }
}

/// The same event without its bodies.
pub(super) fn without_bodies(kind: &EventKind) -> EventKind {
    if let EventKind::CallStarted { id, method, url, headers, body: _ } = kind {
        let (method, url, headers) = (method.clone(), url.clone(), headers.clone());
        EventKind::CallStarted { id: *id, method, url, headers, body: None }
    } else if let EventKind::CallFinished { id, status, headers, body: _, bytes: _, size, duration } = kind {
        EventKind::CallFinished {
            id: *id,
            status: *status,
            headers: headers.clone(),
            body: None,
            bytes: None,
            size: *size,
            duration: *duration,
        }
    } else {
        kind.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use arazzo_engine::{CallId, Timestamp};

    use super::*;

    #[test]
    fn bodies_are_kept_as_long_as_there_is_room() {
        let mut recorder = Recorder::new(true);
        let big = "x".repeat(MAX_BODIES / 2 + 1);
        for attempt in 1..=2 {
            let kind = EventKind::CallFinished {
                id: CallId { visit: 1, attempt },
                status: 200,
                headers: Vec::new(),
                body: Some(big.clone()),
                bytes: None,
                size: big.len(),
                duration: Duration::ZERO,
            };
            recorder.add(&Event { at: Timestamp(0), kind });
        }
        let kept: Vec<usize> = recorder.finish().iter().map(|event| size_of_bodies(&event.kind)).collect();
        assert_eq!(kept, [big.len(), 0]);
    }

    #[test]
    fn nothing_is_kept_when_no_report_is_wanted() {
        let mut recorder = Recorder::new(false);
        let kind = EventKind::StepStarted {
            visit: 1,
            step_id: "a".to_owned(),
            operation: "b".to_owned(),
            helper: false,
        };
        recorder.add(&Event { at: Timestamp(0), kind });
        assert!(recorder.finish().is_empty());
    }
}
