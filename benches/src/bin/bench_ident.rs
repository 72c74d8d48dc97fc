//! Checks per second of each kind of identifier at three sizes, and python-stdnum beside it in the same run.
//!
//!     python3 -m venv target/differential && target/differential/bin/pip install -r tests/differential/requirements.txt
//!     cargo run --release -p guiyi-benches --bin bench_ident [target/differential/bin/python]
//!
//! Values: the kind's example with its figures drawn anew from a seed, every other one with a fitting check digit where
//! python can compute it. Both sides judge the same values, held in memory, on one thread; CPU time, not wall time.

use std::io::Write;
use std::process::{Command, ExitCode, Stdio};

use guiyi_ident::Kind;

const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];

/// The kinds and the module of python-stdnum that judges the same, where there is one.
const KINDS: [(Kind, Option<&str>); 14] = [
    (Kind::CreditCode, Some("stdnum.cn.uscc")),
    (Kind::ResidentId, Some("stdnum.cn.ric")),
    (Kind::RegistrationNumber, Some("stdnum.iso7064.mod_11_10")),
    (Kind::BankCard, Some("stdnum.luhn")),
    (Kind::Gtin, Some("stdnum.ean")),
    (Kind::Lei, Some("stdnum.lei")),
    (Kind::OrgCode, None),
    (Kind::TaxpayerNumber, None),
    (Kind::Mobile, None),
    (Kind::Landline, None),
    (Kind::Cnaps, None),
    (Kind::Plate, None),
    (Kind::Email, None),
    (Kind::GlobalId, None),
];

/// Reads a module name and values, and prints how many are valid and the CPU seconds of judging them.
const ORACLE: &str = "
import importlib, sys, time
judge = importlib.import_module(sys.argv[1]).is_valid
values = sys.stdin.read().split('\\n')
def safe(value):
    try:
        return judge(value)
    except Exception:
        return False
start = time.process_time()
valid = sum(map(safe, values))
print(valid, time.process_time() - start)
";

fn main() -> ExitCode {
    let python = std::env::args().nth(1).unwrap_or_else(|| "python3".to_owned());
    let mut out = std::io::stdout().lock();
    let _ = writeln!(
        out,
        "kind\tvalues\tvalid\tchecks per second\tpython-stdnum per second\tratio"
    );
    for (kind, module) in KINDS {
        for size in SIZES {
            let values = values(kind, size);
            let (start, mut n_passes, mut n_valid) = (cpu_seconds(), 0, 0);
            // The system counts CPU time in ticks: small sizes take several passes.
            while n_passes == 0 || cpu_seconds() - start < 0.1 {
                n_valid = values.iter().filter(|value| kind.accepts(value)).count();
                n_passes += 1;
            }
            let ours = (n_passes * size) as f64 / (cpu_seconds() - start);
            let theirs = match module.map(|module| oracle(&python, module, &values)) {
                Some(Err(error)) => {
                    let _ = writeln!(
                        std::io::stderr(),
                        "error: {error}\nhint: the first lines of bench_ident.rs install it"
                    );
                    return ExitCode::from(2);
                }
                Some(Ok(seconds)) => Some(size as f64 / seconds),
                None => None,
            };
            let beside = theirs.map_or("-\t-".to_owned(), |theirs| format!("{theirs:.0}\t{:.0}", ours / theirs));
            let _ = writeln!(out, "{kind}\t{size}\t{n_valid}\t{ours:.0}\t{beside}");
        }
    }
    ExitCode::SUCCESS
}

/// CPU time of this thread where the system tells it, else the time of the clock.
fn cpu_seconds() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(
        || {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            now.map_or(0.0, |now| now.as_secs_f64())
        },
        |nanoseconds| nanoseconds / 1e9,
    )
}

/// Half of the values are valid by search over the last character, half have every figure after the head drawn anew.
fn values(kind: Kind, size: usize) -> Vec<String> {
    let example = kind.reference().example;
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = move |bound: u64| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    };
    let n_chars = example.chars().count();
    let mut one = |number: usize| -> String {
        let kept = n_chars.saturating_sub(5);
        let figure = |(at, c): (usize, char)| {
            if at >= kept && c.is_ascii_digit() {
                char::from(b'0' + draw(10) as u8)
            } else {
                c
            }
        };
        let value: String = example.chars().enumerate().map(figure).collect();
        if number.is_multiple_of(2) || kind.accepts(&value) {
            return value;
        }
        let stem: String = value.chars().take(n_chars - 1).collect();
        let ends = "0123456789X".chars().chain('A'..='Y').map(|c| format!("{stem}{c}"));
        ends.into_iter()
            .find(|candidate| kind.accepts(candidate))
            .unwrap_or_else(|| example.to_owned())
    };
    (0..size).map(&mut one).collect()
}

/// CPU seconds of python for the same values.
fn oracle(python: &str, module: &str, values: &[String]) -> Result<f64, String> {
    let mut child = Command::new(python)
        .args(["-c", ORACLE, module])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{python}: {error}"))?;
    let mut stdin = child.stdin.take().ok_or("python has no stdin")?;
    stdin
        .write_all(values.join("\n").as_bytes())
        .map_err(|error| format!("{python}: {error}"))?;
    drop(stdin);
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let seconds = text.split_whitespace().nth(1).and_then(|seconds| seconds.parse().ok());
    seconds.ok_or_else(|| format!("{python} cannot run {module}"))
}
