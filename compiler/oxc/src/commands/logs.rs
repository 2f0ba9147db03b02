//! `oxc logs`: what a process printed and what happened to it.

use crate::access;
use crate::args::{Format, Logs};
use crate::facts::event_text;
use crate::failure::Outcome;
use crate::output::{self, Output};
use std::time::Duration;

/// How often a process that is followed is looked at.
const PERIOD: Duration = Duration::from_millis(150);

/// Shows what there is, and with `--follow` what comes until the process ends.
pub(crate) fn run(output: Output, args: &Logs) -> Outcome {
    let store = access::store_of(args.store.store.as_deref(), args.pid)?;
    let mut from = 0;
    let mut was_told = false;
    loop {
        let (logged, is_running) = access::logs(&store, args.pid, from)?;
        if from == 0 && logged.left_out > 0 {
            output.note(format!(
                "{} events are not kept: of a process there are the first and the last {}",
                logged.left_out,
                engine::event::EVENTS_MAX
            ));
        }
        for event in &logged.events {
            match args.format {
                Format::Json => output::print_json(event)?,
                Format::Text => output::print(&event_text(output, event))?,
            }
        }
        from = logged.next;
        if !args.follow || logged.is_over {
            return Ok(0);
        }
        if !is_running && !was_told {
            output.mention(format!(
                "{} is suspended; what comes when it is resumed will follow",
                args.pid
            ));
            was_told = true;
        }
        std::thread::sleep(PERIOD);
    }
}
