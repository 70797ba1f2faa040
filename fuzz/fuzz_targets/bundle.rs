//! A bundle's archive, and its files.
//!
//! Checksums would keep nearly every change of an archive from being read any further than the change, so most are made to
//! what is packed, and the checksums put right afterwards.

#![no_main]

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

/// The length of a header of tar, and of what its contents are rounded up to.
const BLOCK: usize = 512;

/// Where the checksum stands in a header.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// The most that is unpacked to be changed.
const UNPACKED: u64 = 1 << 20;

/// One change in so many is made to the archive as it is.
const PLAIN: u32 = 8;

fuzz_target!(|bytes: &[u8]| tidewaiter_fuzz::bundle(bytes));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let archive = data.get(..size).unwrap_or_default();
    if !seed.is_multiple_of(PLAIN)
        && tidewaiter_fuzz::is_archive(archive)
        && let Some(changed) = changed(archive, max_size)
    {
        data[..changed.len()].copy_from_slice(&changed);
        return changed.len();
    }
    fuzzer_mutate(data, size, max_size)
});

/// The archive with a change to what is packed in it; `None` when it cannot be unpacked or grows too long.
fn changed(archive: &[u8], max_size: usize) -> Option<Vec<u8>> {
    let mut tar = Vec::new();
    MultiGzDecoder::new(archive).take(UNPACKED).read_to_end(&mut tar).ok()?;
    let size = tar.len();
    let room = size + 2 * BLOCK;
    tar.resize(room, 0);
    let size = fuzzer_mutate(&mut tar, size, room);
    tar.truncate(size);
    put_checksums_right(&mut tar);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&tar).ok()?;
    encoder.finish().ok().filter(|archive| archive.len() <= max_size)
}

/// Puts the checksums of headers right: of blocks that begin with a name and follow what the header before them claims.
fn put_checksums_right(tar: &mut [u8]) {
    let mut at = 0;
    while let Some(block) = tar.get_mut(at..at + BLOCK) {
        let mut header = tar::Header::new_old();
        header.as_mut_bytes().copy_from_slice(block);
        if block.iter().any(|byte| *byte != 0) {
            header.set_cksum();
            block[CHECKSUM].copy_from_slice(&header.as_bytes()[CHECKSUM]);
        }
        let content = header.entry_size().ok().and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
        at += BLOCK + content.min(tar.len()).next_multiple_of(BLOCK);
    }
}
