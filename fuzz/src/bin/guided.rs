//! One target under libFuzzer: the environment variable `GUIYI_FUZZ_TARGET` names it. `fuzz/run.sh` builds and runs it.

#![no_main]

use std::sync::LazyLock;

use guiyi_fuzz::{Target, targets};

thread_local! {
    static TARGET: LazyLock<Target> = LazyLock::new(|| {
        let name = std::env::var("GUIYI_FUZZ_TARGET").expect("GUIYI_FUZZ_TARGET names a target");
        let mut all = targets().into_iter();
        all.find(|target| target.name == name).expect("a target has that name")
    });
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET.with(|target| (target.run)(data)));
