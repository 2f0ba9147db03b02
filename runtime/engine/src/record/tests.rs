//! Records read back as they were written; damaged bytes are errors.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::event::{Event, EventKind, Recent};
use crate::letter::Letter;
use crate::transport::Stream;
use vm::checkpoint::{FiberRecord, PartRecord};
use vm::fiber::FiberState;

fn actor() -> ActorRecord {
    let mut record = ActorRecord::new(3, "app.core/-main".to_owned(), Some(7), 1_700_000_000_000);
    record.status = Status::Waiting;
    record.vm.roots = [1, u64::MAX, 3, 4, 5, past::no_roots()[5]];
    record.vm.run_queue = vec![0, 5];
    record.levels = vec![SegmentRef {
        segment: 1 << 40,
        words: 77,
    }];
    record.fibers = vec![0, 5];
    record.links = vec![2, 9];
    record.monitors = vec![Monitor {
        reference: 4,
        process: 2,
    }];
    record.watchers = vec![Monitor {
        reference: 5,
        process: 1,
    }];
    record.traps_exits = true;
    record.name = Some(":worker".to_owned());
    record.wake_at = Some(1);
    record.body_of = Some(BodyOf {
        process: 1,
        fiber: 2,
        request: 3,
        attempt: 4,
        key: "k".to_owned(),
    });
    record.ending = Some(Ending {
        reason: vec![1, 2],
        exit_status: 3,
        report: "no good\n".to_owned(),
        failed_request: Some((0, 12)),
        mailbox: (13, 140),
        at_ms: Some(1_700_000_004_000),
        unheard: vec![Unheard {
            fiber: 7,
            report: "bang\n".to_owned(),
        }],
    });
    record.pasts = vec![Past {
        checkpoint: 8,
        levels: record.levels.clone(),
        failed_request: Some((5, 11)),
        letter_words: 100,
        last_letter: 6,
    }];
    record.greatest_attempt = 21;
    record.kill_at = Some(1_700_000_005_000);
    record.unheard = vec![Unheard {
        fiber: 6,
        report: "boom\n".to_owned(),
    }];
    record
}

#[test]
fn a_record_of_the_fourth_version_does_not_say_when_it_ended() {
    let mut record = actor();
    record.unheard.clear();
    let ending = record.ending.as_mut().expect("it has ended");
    ending.unheard.clear();
    let encoded = |at_ms: Option<u64>| {
        let mut record = record.clone();
        record.ending.as_mut().expect("it has ended").at_ms = at_ms;
        record.encode()
    };
    let (mut bytes, other) = (encoded(None), encoded(Some(0)));
    let at = bytes.iter().zip(&other).position(|(a, b)| a != b);
    bytes.remove(at.expect("the time of the end is in it"));
    let unheard = bytes.split_off(bytes.len() - 3);
    assert_eq!(unheard, [0, 0, 0], "unheard errors come last");
    bytes[0] = 4;
    let decoded = ActorRecord::decode(&bytes);
    record.ending.as_mut().expect("it has ended").at_ms = None;
    assert_eq!(decoded, Ok(record));
}

#[test]
fn a_record_of_the_fifth_version_knows_no_unheard_errors_of_the_end() {
    let mut record = actor();
    let ending = record.ending.as_mut().expect("it has ended");
    ending.unheard.clear();
    let mut bytes = record.encode();
    let later = bytes.split_off(bytes.len() - 2);
    assert_eq!(later, [0, 0], "those of the end come last but one");
    bytes[0] = 5;
    assert_eq!(ActorRecord::decode(&bytes), Ok(record.clone()));
    record.ending = None;
    let mut bytes = record.encode();
    assert_eq!(ActorRecord::decode(&bytes), Ok(record));
    bytes.truncate(bytes.len() - 2);
    // One, of fiber 7, without a report.
    bytes.extend([1, 7, 0, 0]);
    ActorRecord::decode(&bytes).expect_err("who has not ended has none of the end");
}

#[test]
fn of_many_unheard_errors_a_few_are_kept_whole() {
    let mut all = Vec::new();
    for fiber in 0..100 {
        Unheard::add(&mut all, fiber, format!("boom {fiber}"));
    }
    assert_eq!(all.len(), Unheard::MOST);
    let whole = all.iter().filter(|unheard| !unheard.report.is_empty());
    assert_eq!(whole.count(), Unheard::REPORTS_MOST);
    // A later fiber of the same number takes its place.
    Unheard::add(&mut all, 0, "again".to_owned());
    assert_eq!(all.len(), Unheard::MOST);
    assert_eq!(all.last().expect("there are many").report, "again");
}

#[test]
fn a_record_of_the_first_version_has_no_pasts() {
    let mut record = actor();
    record.ending = None;
    record.pasts.clear();
    record.vm.roots[4] = past::no_roots()[4];
    (record.greatest_attempt, record.kill_at) = (0, None);
    record.unheard.clear();
    // One run of one fiber is written as one fiber was.
    record.fibers.clear();
    let mut bytes = record.encode();
    let later = bytes.split_off(bytes.len() - 6);
    assert_eq!(
        later,
        [0, 0, 0, 0, 0, 0],
        "pasts, attempts, the end and unheard errors come last"
    );
    bytes[0] = 1;
    assert_eq!(ActorRecord::decode(&bytes), Ok(record));
}

#[test]
fn fibers_are_stored_as_runs() {
    for fibers in [
        vec![],
        vec![0],
        vec![0, 1, 2, 3],
        vec![0, 5, 6, 7, 9, 1_000_000],
        vec![u64::MAX - 2, u64::MAX - 1],
        (0..1_000).collect(),
        (0..1_000).map(|n| 2 * n + 1).collect(),
    ] {
        let mut record = actor();
        record.fibers = fibers;
        assert_eq!(ActorRecord::decode(&record.encode()), Ok(record));
    }
    let length = |fibers: Vec<u64>| {
        let mut record = actor();
        record.fibers = fibers;
        record.encode().len()
    };
    assert!(length((0..100_000).collect()) < length(vec![0]) + 8);
}

fn note() -> FiberNote {
    FiberNote {
        wait: Wait::Activity,
        since_ms: 5,
        looks_at_message: true,
        exit: Some(vec![9]),
        until: Some(8),
        deadlines: vec![Deadline {
            token: 1,
            at: 2,
            milliseconds: 3,
            thrown: true,
            ends: 2,
            is_held_up: true,
            extent: 7,
        }],
        scopes: vec![
            Scope {
                token: 4,
                extent: 0,
            },
            Scope {
                token: 5,
                extent: 7,
            },
        ],
        scope: 4,
        cancelled: true,
        cancelled_again: true,
        mailbox_full: true,
        is_awaited: true,
        activity: Some(ActivityNote {
            name: "ox.sh/run".to_owned(),
            queue: "default".to_owned(),
            key: "key".to_owned(),
            asked_ms: 1,
            attempt: 2,
            max_attempts: Some(3),
            next_attempt: Some(4),
            started: true,
            body: Some(5),
            give_up_at: Some(6),
            start_by: Some(7),
            close_by: Some(8),
            beat_by: Some(9),
            last_error: "exit 2".to_owned(),
            earlier_attempts: 6,
            is_late: true,
        }),
        stored_chunks: vec![1, 0],
    }
}

fn fiber() -> FiberRecord {
    FiberRecord {
        state: FiberState::Waiting,
        request: 1,
        answer_to: 2,
        request_serial: 3,
        bindings: 4,
        future: 5,
        pending_error: 6,
        ends: 7,
        ends_count: 8,
        has_unnoted_ends: true,
        parts: vec![
            PartRecord {
                base: 2,
                pc: 9,
                height: 30,
                extent: vm::Word::NIL.0,
            },
            PartRecord {
                base: 3,
                pc: 8,
                height: 20,
                extent: 9,
            },
        ],
        attached: vec![0],
        detached: vec![vec![1]],
    }
}

/// As a fiber was that is in no body of handlers.
fn without_bodies(record: &mut FiberRecord, note: &mut FiberNote) {
    record.parts.pop();
    record.detached.clear();
    note.scopes.iter_mut().for_each(|scope| scope.extent = 0);
    note.deadlines
        .iter_mut()
        .for_each(|deadline| deadline.extent = 0);
}

#[test]
fn records_are_read_as_written() {
    let record = actor();
    assert_eq!(ActorRecord::decode(&record.encode()).unwrap(), record);
    let (record, note) = (fiber(), note());
    assert_eq!(
        decode_fiber(&encode_fiber(&record, &note)).unwrap(),
        (record, note)
    );
    let record = StoreRecord {
        run: 17,
        identity: [1, u64::MAX],
        stdin_used: true,
        next_process: 4,
        next_segment: 5,
        next_output: 6,
        next_image: 7,
        command: "deploy.ox".to_owned(),
        args: vec!["a".to_owned(), String::new()],
        sources: vec![("src/deploy.ox".to_owned(), [7; 32])],
        limits: crate::limits::Limits {
            activities: 7,
            ..crate::limits::Limits::default()
        },
    };
    assert_eq!(
        StoreRecord::decode(&record.encode(), Some(&record.encode_description())).unwrap(),
        record
    );
}

#[test]
fn a_fiber_of_the_ninth_version_has_not_noted_what_has_ended_it() {
    let (mut record, mut note) = (fiber(), note());
    (record.ends, record.ends_count) = (vm::Word::NIL.0, 0);
    note.cancelled_again = false;
    without_bodies(&mut record, &mut note);
    let mut bytes = encode_fiber(&record, &note);
    bytes[0] = 9;
    record.ends_count = note.deadlines[0].ends;
    assert_eq!(decode_fiber(&bytes), Ok((record, note)));
}

#[test]
fn waits_keep_their_numbers() {
    let all = [
        Wait::Nothing,
        Wait::Timer,
        Wait::Message(3),
        Wait::Activity,
        Wait::Stdin,
        Wait::Fiber,
        Wait::Cell,
        Wait::Scope(4),
        Wait::Flush(5),
        Wait::Exit(6),
        Wait::Turn,
    ];
    for wait in all {
        let (kind, number) = wait.to_numbers();
        assert_eq!(Wait::from_numbers(kind, number), Some(wait));
    }
    assert_eq!(Wait::from_numbers(all.len() as u8, 0), None);
}

#[test]
fn bytes_that_end_early_are_errors() {
    let bytes = actor().encode();
    for length in 0..bytes.len() {
        assert!(ActorRecord::decode(&bytes[..length]).is_err(), "{length}");
    }
    let bytes = encode_fiber(&fiber(), &note());
    for length in 0..bytes.len() {
        assert!(decode_fiber(&bytes[..length]).is_err(), "{length}");
    }
}

#[test]
fn flipped_bits_never_panic() {
    for bytes in [actor().encode(), encode_fiber(&fiber(), &note())] {
        for at in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[at / 8] ^= 1 << (at % 8);
            let _ = ActorRecord::decode(&flipped);
            let _ = decode_fiber(&flipped);
            let _ = Letter::decode(&flipped);
            let _ = Event::decode(&flipped);
        }
    }
}

#[test]
fn letters_are_read_as_written() {
    let letters = [
        Letter::Message(vec![1, 2]),
        Letter::Exit {
            from: 1,
            reason: vec![2],
            linked: true,
        },
        Letter::Down {
            reference: 1,
            process: 2,
            reason: vec![],
        },
        Letter::Cancel,
        Letter::Interrupt,
        Letter::Kill,
        Letter::Link { from: 3, on: true },
        Letter::Watch {
            from: 3,
            reference: 4,
            on: false,
        },
        Letter::BodyEnded {
            fiber: 1,
            request: 2,
            attempt: 3,
            result: Ok(vec![4]),
        },
        Letter::BodyEnded {
            fiber: 1,
            request: 2,
            attempt: 3,
            result: Err(vec![4]),
        },
        Letter::Heartbeat {
            fiber: 1,
            request: 2,
            details: vec![3],
        },
        Letter::Named(Some(":a/b".to_owned())),
        Letter::Named(None),
        Letter::StdoutClosed,
    ];
    for letter in letters {
        assert_eq!(Letter::decode(&letter.encode()).unwrap(), letter);
    }
}

#[test]
fn events_are_read_as_written() {
    let kinds = [
        EventKind::Started("main".to_owned()),
        EventKind::Text {
            stream: Stream::Stderr,
            text: "x\n".to_owned(),
            left_out: 3,
        },
        EventKind::Attempt {
            activity: "a".to_owned(),
            attempt: 1,
            fiber: 3,
            call: "a [1]".to_owned(),
        },
        EventKind::AttemptFailed {
            activity: "a".to_owned(),
            attempt: 1,
            fiber: 3,
            error: "e".to_owned(),
            next_attempt: Some(9),
        },
        EventKind::AttemptDone {
            activity: "a".to_owned(),
            attempt: 1,
            fiber: 3,
        },
        EventKind::Recovered,
        EventKind::Parked("why".to_owned()),
        EventKind::Retried { with_value: true },
        EventKind::Cancelled,
        EventKind::FiberFailed {
            fiber: 4,
            report: "boom\n".to_owned(),
        },
        EventKind::Ended {
            status: "done".to_owned(),
            report: String::new(),
        },
    ];
    for kind in kinds {
        let event = Event { at_ms: 12, kind };
        assert_eq!(Event::decode(&event.encode()).unwrap(), event);
    }
}

#[test]
fn printed_text_is_gathered_and_bounded() {
    let mut recent = Recent::default();
    for _ in 0..3 {
        recent.add_text(1, Stream::Stdout, "line\n");
    }
    recent.add_text(1, Stream::Stdout, &"é".repeat(20_000));
    recent.add_text(1, Stream::Stdout, "more");
    recent.add_text(1, Stream::Stderr, "other");
    let events = recent.take();
    assert_eq!(events.len(), 2);
    let EventKind::Text { text, left_out, .. } = &events[0].kind else {
        panic!("text")
    };
    assert!(
        text.len() <= crate::event::TEXT_BYTES_MAX && text.len() > crate::event::TEXT_BYTES_MAX - 2
    );
    assert_eq!(text.len() as u64 + left_out, 15 + 40_000 + 4);
    assert_eq!(recent.take(), []);
}
