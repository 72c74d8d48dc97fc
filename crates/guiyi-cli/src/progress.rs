//! What a run says while it walks: a bar on a terminal, a dated line under cron, nothing when quiet.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use guiyi_io::report::summary::RoomSummary;
use indicatif::{ProgressBar, ProgressStyle};

/// Tells which room is at work, and keeps how long each took.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    quiet: bool,
    open: Option<(&'static str, Instant)>,
    rooms: Vec<RoomSummary>,
}

impl Progress {
    /// Starts to tell about a walk of `n_rooms` rooms.
    pub(crate) fn new(quiet: bool, n_rooms: u64) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(n_rooms);
            if let Ok(style) = ProgressStyle::with_template("{bar:24.cyan} {pos:>2}/{len} [{elapsed_precise}] {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self {
            bar,
            quiet,
            open: None,
            rooms: Vec::new(),
        }
    }

    /// Enters a room.
    pub(crate) fn enter(&mut self, room: &'static str) {
        self.open = Some((room, Instant::now()));
        if let Some(bar) = &self.bar {
            bar.set_message(room);
        }
    }

    /// Says how far the room has come.
    pub(crate) fn at(&self, units: u64) {
        if let (Some(bar), Some((room, _))) = (&self.bar, self.open) {
            bar.set_message(format!("{room}: {units}"));
        }
    }

    /// Leaves the room that was entered last; `units` are the rows, records or pairs that went through. Several stays
    /// in one room add up.
    pub(crate) fn leave(&mut self, units: u64) {
        let Some((room, since)) = self.open.take() else { return };
        let duration = since.elapsed();
        let line = format!("{room}: {units} in {:.2} s", duration.as_secs_f64());
        match &self.bar {
            Some(bar) => {
                bar.println(format!("  {line}"));
                bar.inc(1);
            }
            None if !self.quiet => {
                let now = jiff::Timestamp::now();
                crate::words::say(&format!("{now:.0} {line}"));
            }
            None => {}
        }
        let duration_ms = duration.as_millis() as u64;
        match self.rooms.iter_mut().find(|entry| entry.room == room) {
            Some(entry) => {
                entry.units += units;
                entry.duration_ms += duration_ms;
            }
            None => self.rooms.push(RoomSummary {
                room: room.to_owned(),
                units,
                duration_ms,
            }),
        }
    }

    /// Ends the telling, and gives the time of each room.
    pub(crate) fn finish(self) -> Vec<RoomSummary> {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        self.rooms
    }
}
