//! What the run cost: wall time, and on Linux CPU time and peak memory as the kernel counts them.

use std::time::Instant;

use guiyi_io::report::summary::Summary;

/// Clock ticks a second in `/proc`; 100 on every Linux architecture.
const TICKS: u64 = 100;

/// Fills in what the run cost so far.
pub(crate) fn measure(summary: &mut Summary, started: Instant) {
    summary.duration_ms = started.elapsed().as_millis() as u64;
    summary.cpu_ms = cpu_ms();
    summary.peak_memory_bytes = peak_memory_bytes();
}

/// User and system time of all threads, proc(5) `stat`, fields 14 and 15.
pub(crate) fn cpu_ms() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(ticks * 1000 / TICKS)
}

/// Largest resident set, proc(5) `status`, `VmHWM`.
pub(crate) fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
