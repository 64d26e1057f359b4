#![no_main]

use dateline::read::Format;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| dateline_fuzz::read("file", Some(Format::Tar), bytes));
